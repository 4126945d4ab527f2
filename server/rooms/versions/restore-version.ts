import { and, eq } from "drizzle-orm";
import * as Y from "yjs";
import { z } from "zod";
import { room, roomClient, roomUpdate } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, ForbiddenError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { encodeVerified } from "../compaction/compact-document.ts";
import { findRoomAccess } from "../open-room.ts";
import { buildDocumentAt } from "./document-at.ts";
import { requireRoom } from "./require-room.ts";

export const RestoreVersionInput = z.strictObject({
  roomId: z.uuid(),
  seq: z.number().int().min(1),
  /** The epoch the person saw: two restores at once would otherwise undo each other unseen. */
  epoch: z.number().int().min(1),
});

/**
 * Makes a version of the past the document again, as a new version in a new epoch; nothing of the log is lost.
 * It is the document as it was, never rebuilt from its text, so marked passages stay where they are.
 * @throws ConflictError if another version was restored in the meantime
 */
export async function restoreVersion(
  ctx: RequestContext,
  { roomId, seq, epoch }: z.infer<typeof RestoreVersionInput>,
): Promise<{ epoch: number; seq: number }> {
  requirePermission(ctx, "room:restore");
  const { userId } = requireUser(ctx);
  return withTransaction(ctx, async (ctx) => {
    await requireRoom(ctx, roomId);
    if ((await findRoomAccess(ctx, roomId))?.role !== "write") throw new ForbiddenError("You may only read this room");
    const isThis = and(eq(room.workspaceId, ctx.workspaceId), eq(room.id, roomId));
    const [head] = await ctx.db.select().from(room).where(isThis).for("no key update");
    if (head!.epoch !== epoch)
      throw new ConflictError("Another version was restored meanwhile", { epoch: head!.epoch });
    const doc = await buildDocumentAt(ctx, roomId, seq);
    const marker = markEpoch(doc, epoch + 1);
    const { state } = encodeVerified(doc);
    doc.destroy();
    const key = { workspaceId: ctx.workspaceId, roomId };
    const restored = { epoch: epoch + 1, seq: head!.headSeq + 1 };
    await ctx.db.insert(roomClient).values({ ...key, clientId: marker, epoch: restored.epoch });
    await ctx.db.insert(roomUpdate).values({ ...key, ...restored, kind: "restore", userId, bytes: state });
    await ctx.db.update(room).set({ epoch: restored.epoch, headSeq: restored.seq, editedAt: ctx.now() }).where(isThis);
    await emitEvent(ctx, {
      type: "room.version_restored",
      subject: { type: "room", id: roomId },
      data: { fromSeq: seq, ...restored },
    });
    return restored;
  });
}

/**
 * Writes something into the document that no document of an older epoch has: that is how a client shows which one it holds.
 * @returns the client id under which it stands
 */
function markEpoch(doc: Y.Doc, epoch: number): number {
  doc.clientID = new Y.Doc().clientID;
  doc.getMap("ringside").set("epoch", epoch);
  return doc.clientID;
}
