import type { Database } from "#db/client.ts";
import { room } from "#db/schema/index.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { RoomCompactor } from "./compaction/compactor.ts";
import { isRoom } from "./store/database-room-store.ts";
import type { RoomKey } from "./store/room-store.ts";

/**
 * Makes sure that a room's text, blocks and marked passages include everything up to a position of its log.
 * @param minSeq by default the log's head
 * @returns up to where they reach; undefined if there is no such room. Not for use inside a transaction.
 */
export async function ensureDerived(
  db: Database,
  compactor: RoomCompactor,
  key: RoomKey,
  minSeq?: number,
): Promise<number | undefined> {
  const [head] = await withSystemTransaction(db, (tx) =>
    tx.select({ headSeq: room.headSeq, derivedSeq: room.derivedSeq }).from(room).where(isRoom(key)),
  );
  if (!head) return undefined;
  if (head.derivedSeq >= (minSeq ?? head.headSeq)) return head.derivedSeq;
  const compacted = await compactor.run(key, { encodes: false });
  return compacted?.uptoSeq;
}
