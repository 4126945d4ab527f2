import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { aiChunk, aiDocument } from "#db/schema/index.ts";
import type { Passage } from "#ai/evidence.ts";
import { formatDay } from "#ai/records/format.ts";
import type { RequestContext } from "#server/core/context.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { openScopes } from "../search/scopes.ts";

const MOST_CHUNKS = 300;

/** What people said and wrote about a record, newest first: activities and room texts this user may open. Coaching stays out: it is nobody's summary. */
export async function loadTexts(ctx: RequestContext, aboutId: string): Promise<Passage[]> {
  const scopeIds = await openScopes(ctx);
  if (scopeIds.length === 0) return [];
  const rows = await ctx.db
    .select({ chunk: aiChunk, document: aiDocument })
    .from(aiDocument)
    .innerJoin(aiChunk, and(eq(aiChunk.workspaceId, aiDocument.workspaceId), eq(aiChunk.documentId, aiDocument.id)))
    .where(
      and(
        eq(aiDocument.workspaceId, ctx.workspaceId),
        sql`${aiDocument.about} && array[${aboutId}]::uuid[]`,
        inArray(aiDocument.sourceKind, ["activity", "room"]),
        sql`${aiDocument.scopeId} = any(${`{${scopeIds.join(",")}}`}::uuid[])`,
      ),
    )
    .orderBy(desc(aiDocument.occurredAt), aiDocument.sourceId, aiChunk.seq)
    .limit(MOST_CHUNKS);
  const visible = await listVisible(
    ctx,
    rows.map(({ document }) => ({ type: document.sourceKind, id: document.sourceId })),
  );
  return rows
    .filter(({ document }) => visible.has(refKey({ type: document.sourceKind, id: document.sourceId })))
    .map(({ chunk, document }) => ({
      // By record and part, not by row: the same texts in another index give the same bytes.
      handle: `${document.sourceId}:${String(chunk.seq).padStart(4, "0")}`,
      record: { type: document.sourceKind, id: document.sourceId },
      label: document.title,
      body: chunk.body,
      facts: [document.title, document.authorName ?? "", formatDay(document.occurredAt)].filter((fact) => fact !== ""),
      occurredAt: document.occurredAt,
      ...(document.authorName ? { author: document.authorName } : {}),
      chunkId: chunk.id,
      ...(chunk.blockId ? { blockId: chunk.blockId } : {}),
      isTainted: document.isTainted,
    }));
}
