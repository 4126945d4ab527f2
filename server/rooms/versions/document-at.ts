import { and, asc, desc, eq, gt, isNull, lte } from "drizzle-orm";
import * as Y from "yjs";
import { roomSnapshot, roomUpdate } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { createFaithfulDoc } from "../compaction/compact-document.ts";

/**
 * The document as it was right after a position of its log: the nearest snapshot before it, and the log from there.
 * The caller destroys it. @throws NotFoundError if the log has no such position, or not any more
 */
export async function buildDocumentAt(ctx: RequestContext, roomId: string, seq: number): Promise<Y.Doc> {
  const [row] = await ctx.db
    .select({ epoch: roomUpdate.epoch })
    .from(roomUpdate)
    .where(and(inLog(ctx, roomId), eq(roomUpdate.seq, seq)));
  if (!row) throw new NotFoundError("version", `${roomId}/${seq}`);
  const { epoch } = row;
  const [snapshot] = await ctx.db
    .select({ uptoSeq: roomSnapshot.uptoSeq, state: roomSnapshot.state })
    .from(roomSnapshot)
    .where(
      and(
        eq(roomSnapshot.workspaceId, ctx.workspaceId),
        eq(roomSnapshot.roomId, roomId),
        eq(roomSnapshot.epoch, epoch),
        lte(roomSnapshot.uptoSeq, seq),
      ),
    )
    .orderBy(desc(roomSnapshot.uptoSeq))
    .limit(1);
  const updates = await ctx.db
    .select({ bytes: roomUpdate.bytes })
    .from(roomUpdate)
    .where(
      and(
        inLog(ctx, roomId),
        eq(roomUpdate.epoch, epoch),
        gt(roomUpdate.seq, snapshot?.uptoSeq ?? 0),
        lte(roomUpdate.seq, seq),
        isNull(roomUpdate.quarantineReason),
      ),
    )
    .orderBy(asc(roomUpdate.seq));
  const doc = createFaithfulDoc();
  if (snapshot) Y.applyUpdate(doc, snapshot.state);
  doc.transact(() => {
    for (const { bytes } of updates) Y.applyUpdate(doc, bytes);
  });
  return doc;
}

export const inLog = (ctx: RequestContext, roomId: string) =>
  and(eq(roomUpdate.workspaceId, ctx.workspaceId), eq(roomUpdate.roomId, roomId));
