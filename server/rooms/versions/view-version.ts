import { and, eq, lt, max } from "drizzle-orm";
import * as Y from "yjs";
import { z } from "zod";
import { roomClient, roomUpdate } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { blockIdOf, listBlockTexts } from "../compaction/derive-blocks.ts";
import type { TextPiece } from "../compaction/derive-blocks.ts";
import { buildDocumentAt, inLog } from "./document-at.ts";
import { loadNames } from "./list-versions.ts";
import type { VersionAuthor } from "./list-versions.ts";
import { requireRoom } from "./require-room.ts";

export const ViewVersionInput = z.strictObject({
  roomId: z.uuid(),
  seq: z.number().int().min(1),
  /** Marks what changed since right before this position; by default nothing. */
  fromSeq: z.number().int().min(1).optional(),
});

/** A stretch of text by one author. */
export interface VersionRun {
  text: string;
  /** Null: the template's own words, a line break. */
  author: VersionAuthor | null;
  /** Written in this version. */
  isNew: boolean;
}

export interface VersionBlock {
  blockId: string;
  kind: string;
  /** Of a heading. */
  level: number | null;
  runs: VersionRun[];
  /** Text of this block that this version deleted. */
  removed: { text: string; author: VersionAuthor | null }[];
}

export interface VersionView {
  seq: number;
  blocks: VersionBlock[];
  /** Text of blocks that are gone as a whole. */
  removedBlocks: { blockId: string; text: string }[];
}

/** A version as text, with who wrote what, and what it changed. @throws NotFoundError */
export async function viewVersion(
  ctx: RequestContext,
  { roomId, seq, fromSeq }: z.infer<typeof ViewVersionInput>,
): Promise<VersionView> {
  requirePermission(ctx, "room:read");
  return withTransaction(ctx, async (ctx) => {
    await requireRoom(ctx, roomId);
    const doc = await buildDocumentAt(ctx, roomId, seq);
    const before = fromSeq === undefined ? undefined : await documentBefore(ctx, roomId, fromSeq);
    const authors = await loadAuthors(ctx, roomId);
    try {
      return { seq, ...describe(doc, before, authors) };
    } finally {
      doc.destroy();
      before?.destroy();
    }
  });
}

async function documentBefore(ctx: RequestContext, roomId: string, fromSeq: number): Promise<Y.Doc> {
  const [row] = await ctx.db
    .select({ seq: max(roomUpdate.seq) })
    .from(roomUpdate)
    .where(and(inLog(ctx, roomId), lt(roomUpdate.seq, fromSeq)));
  return row?.seq == null ? new Y.Doc() : buildDocumentAt(ctx, roomId, row.seq);
}

async function loadAuthors(ctx: RequestContext, roomId: string): Promise<Map<number, VersionAuthor>> {
  const rows = await ctx.db
    .select({ client: roomClient.clientId, userId: roomClient.userId })
    .from(roomClient)
    .where(and(eq(roomClient.workspaceId, ctx.workspaceId), eq(roomClient.roomId, roomId)));
  const owned = rows.flatMap(({ client, userId }) => (userId === null ? [] : [{ client, userId }]));
  const names = await loadNames(
    ctx,
    owned.map(({ userId }) => userId),
  );
  return new Map(owned.map(({ client, userId }) => [client, { userId, name: names.get(userId) ?? "" }]));
}

type Authors = ReadonlyMap<number, VersionAuthor>;

function describe(doc: Y.Doc, before: Y.Doc | undefined, authors: Authors): Omit<VersionView, "seq"> {
  const knownClocks = before && Y.decodeStateVector(Y.encodeStateVector(before));
  const removed = before ? removedText(doc, before, authors) : new Map<string, VersionBlock["removed"]>();
  const blocks = listBlockTexts(doc).map(({ element, kind, pieces }) => {
    const blockId = blockIdOf(element);
    const level = kind === "heading" ? Number(element.getAttribute("level") ?? 1) : null;
    const runs = pieces.flatMap((piece) => toRuns(piece, knownClocks, authors));
    return { blockId, kind, level, runs: mergeRuns(runs), removed: removed.get(blockId) ?? [] };
  });
  const here = new Set(blocks.map(({ blockId }) => blockId));
  const removedBlocks = [...removed]
    .filter(([blockId]) => !here.has(blockId))
    .map(([blockId, parts]) => ({ blockId, text: parts.map(({ text }) => text).join("") }));
  return { blocks: blocks.filter(({ runs, removed }) => runs.length > 0 || removed.length > 0), removedBlocks };
}

/** A piece may have grown at its end since: then only the rest is new. */
function toRuns({ text, item }: TextPiece, known: Map<number, number> | undefined, authors: Authors): VersionRun[] {
  if (!item) return [{ text, author: null, isNew: false }];
  const author = authors.get(item.id.client) ?? null;
  const oldLength = known ? Math.max(0, (known.get(item.id.client) ?? 0) - item.id.clock) : text.length;
  const runs = [
    { text: text.slice(0, oldLength), author, isNew: false },
    { text: text.slice(oldLength), author, isNew: true },
  ];
  return runs.filter((run) => run.text !== "");
}

function mergeRuns(runs: readonly VersionRun[]): VersionRun[] {
  const merged: VersionRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last && last.isNew === run.isNew && last.author?.userId === run.author?.userId) last.text += run.text;
    else merged.push({ ...run });
  }
  return merged;
}

/** By block: the letters that stood before and are deleted now. */
function removedText(doc: Y.Doc, before: Y.Doc, authors: Authors): Map<string, VersionBlock["removed"]> {
  const deletions = Y.createDeleteSetFromStructStore(doc.store);
  const removed = new Map<string, VersionBlock["removed"]>();
  for (const { element, pieces } of listBlockTexts(before)) {
    const parts = pieces.flatMap(({ text, item }) => {
      if (!item) return [];
      const { client, clock } = item.id;
      const gone = [...text.split("").keys()].filter((at) => Y.isDeleted(deletions, Y.createID(client, clock + at)));
      const author = authors.get(client) ?? null;
      return gone.length > 0 ? [{ text: gone.map((at) => text[at]).join(""), author }] : [];
    });
    if (parts.length > 0) removed.set(blockIdOf(element), parts);
  }
  return removed;
}
