import { and, eq, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { room, roomBlock, roomSnapshot, roomUpdate } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { log } from "#server/core/log.ts";
import { asTenant, withSystemTransaction } from "#server/core/transaction.ts";
import { plainTextOf } from "../compaction/derive-blocks.ts";
import type { DerivedBlock } from "../compaction/derive-blocks.ts";
import type { EncodedDocument, SetAside } from "../compaction/compact-document.ts";
import type { RoomKey } from "./room-store.ts";

export interface Derived {
  epoch: number;
  /** Up to where the log was followed. */
  uptoSeq: number;
  blocks: readonly (Omit<DerivedBlock, "clients"> & { authors: string[] })[];
}

export interface NewSnapshot extends EncodedDocument {
  /** The snapshot this one goes on from: if another process was faster, nothing is stored. */
  replacesSeq: number;
}

// Older snapshots are kept about this far apart, so that a version of long ago need not read the log from its beginning.
const CHECKPOINT_SPACING = 2_000;

/**
 * Stores what was derived from a room's log, and with it a new snapshot if there is one: all together or not at all.
 * @param inTransaction further effects of the same change, as the workspace's job
 * @returns false if the room went on without us: another epoch, or somebody derived further already
 */
export function saveDerived(
  db: Database,
  key: RoomKey,
  derived: Derived,
  snapshot: NewSnapshot | null,
  inTransaction: (ctx: RequestContext) => Promise<void>,
): Promise<boolean> {
  return withSystemTransaction(db, async (tx) => {
    const raised = await tx
      .update(room)
      .set({
        derivedSeq: derived.uptoSeq,
        plainText: plainTextOf(derived.blocks),
        ...(snapshot ? { snapshotSeq: derived.uptoSeq } : {}),
      })
      .where(
        and(
          eq(room.workspaceId, key.workspaceId),
          eq(room.id, key.roomId),
          eq(room.epoch, derived.epoch),
          lt(room.derivedSeq, derived.uptoSeq + (snapshot ? 1 : 0)),
          ...(snapshot ? [eq(room.snapshotSeq, snapshot.replacesSeq)] : []),
        ),
      )
      .returning({ id: room.id });
    if (raised.length === 0) return false;
    if (snapshot) await saveSnapshot(tx, key, derived, snapshot);
    const changed = await saveBlocks(tx, key, derived);
    await asTenant(jobContext(tx, key.workspaceId), async (ctx) => {
      if (changed > 0) {
        const data = { seq: derived.uptoSeq };
        await emitEvent(ctx, { type: "room.text_changed", subject: { type: "room", id: key.roomId }, data });
      }
      await inTransaction(ctx);
    });
    return true;
  });
}

/** Leaves rows out of the document for good; they stay in the log for whoever wants to know why. */
export function quarantine(db: Database, key: RoomKey, rows: readonly SetAside[]): Promise<void> {
  return withSystemTransaction(db, async (tx) => {
    for (const { seq, reason } of rows) {
      await tx
        .update(roomUpdate)
        .set({ quarantineReason: reason })
        .where(and(isOf(key, roomUpdate), eq(roomUpdate.seq, seq)));
    }
  });
}

async function saveSnapshot(
  tx: Database,
  key: RoomKey,
  { epoch, uptoSeq }: Derived,
  snapshot: NewSnapshot,
): Promise<void> {
  const { state, stateVector, deletes } = snapshot;
  await tx.insert(roomSnapshot).values({ ...key, uptoSeq, epoch, state, stateVector, deletes });
  await tx.execute(sql`
    delete from room_snapshot s where s.workspace_id = ${key.workspaceId} and s.room_id = ${key.roomId}
      and s.upto_seq < ${uptoSeq} and s.upto_seq <> all (
        select min(k.upto_seq) from room_snapshot k where k.workspace_id = ${key.workspaceId} and k.room_id = ${key.roomId}
        group by k.epoch, k.upto_seq / ${CHECKPOINT_SPACING})`);
}

/** @returns how many blocks are new, changed or gone. */
async function saveBlocks(tx: Database, key: RoomKey, { blocks, uptoSeq }: Derived): Promise<number> {
  const stored = await tx
    .select({ blockId: roomBlock.blockId, hash: roomBlock.hash, position: roomBlock.position })
    .from(roomBlock)
    .where(isOf(key, roomBlock));
  const known = new Map(stored.map((row) => [row.blockId, row]));
  const rows = blocks.map((block, position) => ({ ...key, ...block, position, changedSeq: uptoSeq }));
  const changed = rows.filter(({ blockId, hash }) => known.get(blockId)?.hash !== hash);
  const moved = rows.filter(({ blockId, hash, position }) => {
    const row = known.get(blockId);
    return row?.hash === hash && row.position !== position;
  });
  const ids = new Set(blocks.map(({ blockId }) => blockId));
  const gone = stored.flatMap(({ blockId }) => (ids.has(blockId) ? [] : [blockId]));
  if (gone.length > 0) await tx.delete(roomBlock).where(and(isOf(key, roomBlock), inArray(roomBlock.blockId, gone)));
  if (changed.length > 0) {
    await tx
      .insert(roomBlock)
      .values(changed)
      .onConflictDoUpdate({
        target: [roomBlock.workspaceId, roomBlock.roomId, roomBlock.blockId],
        set: {
          position: sql`excluded.position`,
          path: sql`excluded.path`,
          kind: sql`excluded.kind`,
          text: sql`excluded.text`,
          hash: sql`excluded.hash`,
          authors: sql`excluded.authors`,
          changedSeq: sql`excluded.changed_seq`,
        },
      });
  }
  if (moved.length > 0) await saveMoved(tx, key, moved);
  return changed.length + gone.length;
}

/** A paragraph at the top moves all others: one parameter, joined, whatever their number. */
function saveMoved(tx: Database, { workspaceId, roomId }: RoomKey, moved: { blockId: string; position: number }[]) {
  const input = JSON.stringify(moved.map(({ blockId, position }) => ({ blockId, position })));
  return tx.execute(sql`
    update room_block b set position = m.position
    from jsonb_to_recordset(${input}::jsonb) as m("blockId" text, position int)
    where b.workspace_id = ${workspaceId} and b.room_id = ${roomId} and b.block_id = m."blockId"`);
}

const isOf = ({ workspaceId, roomId }: RoomKey, table: typeof roomBlock | typeof roomUpdate) =>
  and(eq(table.workspaceId, workspaceId), eq(table.roomId, roomId));

/** The workspace as its own job: what compaction stores is read and written with a tenant's rights and no more. */
export const jobContext = (db: Database, workspaceId: string): RequestContext => ({
  db,
  workspaceId,
  actor: { kind: "job", name: "room-compaction" },
  requestId: newId(),
  log,
  now: () => new Date(),
});
