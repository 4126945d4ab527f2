import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { room, roomClient, roomSnapshot, roomUpdate } from "#db/schema/index.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { AppendOutcome, Claim, LoadedRoom, LoggedUpdate, NewUpdate, RoomKey, RoomStore } from "./room-store.ts";
import { PRODUCT } from "./room-store.ts";

/** Rooms in PostgreSQL, embedded or not: the log is the document, a snapshot only saves reading all of it. */
export function createDatabaseRoomStore(db: Database): RoomStore {
  return {
    load: (key) => withSystemTransaction(db, (tx) => loadRoom(tx, key)),
    append: (updates) => withSystemTransaction(db, (tx) => append(tx, updates)),
    readAfter: (key, epoch, seq) =>
      withSystemTransaction(db, async (tx) => {
        const [head] = await tx.select({ epoch: room.epoch }).from(room).where(isRoom(key));
        if (head?.epoch !== epoch) return undefined;
        return { updates: await listUpdates(tx, key, epoch, seq), claims: await listClaims(tx, key) };
      }),
  };
}

/** Everything needed to go on from where the log stands. Also inside other transactions: compaction and versions use it. */
export async function loadRoom(tx: Database, key: RoomKey): Promise<LoadedRoom | undefined> {
  const [head] = await tx.select().from(room).where(isRoom(key));
  if (!head) return undefined;
  const { epoch, schemaVersion, snapshotSeq, derivedSeq } = head;
  const [snapshot] = await tx
    .select()
    .from(roomSnapshot)
    .where(
      and(
        eq(roomSnapshot.workspaceId, key.workspaceId),
        eq(roomSnapshot.roomId, key.roomId),
        eq(roomSnapshot.uptoSeq, snapshotSeq),
        eq(roomSnapshot.epoch, epoch),
      ),
    );
  const updates = await listUpdates(tx, key, epoch, snapshot?.uptoSeq ?? 0);
  const claims = await listClaims(tx, key);
  const headSeq = Math.max(head.headSeq, updates.at(-1)?.seq ?? 0);
  return { epoch, schemaVersion, headSeq, derivedSeq, snapshot: snapshot ?? null, updates, claims };
}

/** The rows of the log after a position, without those that were set aside. */
export function listUpdates(tx: Database, key: RoomKey, epoch: number, afterSeq: number): Promise<LoggedUpdate[]> {
  return tx
    .select({ seq: roomUpdate.seq, bytes: roomUpdate.bytes })
    .from(roomUpdate)
    .where(
      and(
        eq(roomUpdate.workspaceId, key.workspaceId),
        eq(roomUpdate.roomId, key.roomId),
        eq(roomUpdate.epoch, epoch),
        gt(roomUpdate.seq, afterSeq),
        isNull(roomUpdate.quarantineReason),
      ),
    )
    .orderBy(asc(roomUpdate.seq));
}

export async function listClaims(tx: Database, key: RoomKey): Promise<Claim[]> {
  const rows = await tx
    .select({ client: roomClient.clientId, userId: roomClient.userId, epoch: roomClient.epoch })
    .from(roomClient)
    .where(and(eq(roomClient.workspaceId, key.workspaceId), eq(roomClient.roomId, key.roomId)));
  return rows.map(({ client, userId, epoch }) => ({ client, epoch, userId: userId ?? PRODUCT }));
}

export const isRoom = ({ workspaceId, roomId }: RoomKey) => and(eq(room.workspaceId, workspaceId), eq(room.id, roomId));

/** Writes a batch for many rooms with a fixed number of statements. */
async function append(tx: Database, updates: readonly NewUpdate[]): Promise<AppendOutcome[]> {
  const forged = await claimClients(tx, updates);
  const rows = updates.flatMap((update, n) => (forged.has(n) ? [] : [toRow(update, n)]));
  const positions = new Map((await appendRows(tx, rows)).map(({ n, seq }) => [n, seq]));
  const missing = updates.filter((_, n) => !positions.has(n) && !forged.has(n));
  const gone = missing.length > 0 ? await listGoneRooms(tx, missing) : new Set<string>();
  return updates.map(({ key }, n) => {
    const seq = positions.get(n);
    if (seq !== undefined) return { seq };
    if (forged.has(n)) return { refused: "forged-author" };
    return { refused: gone.has(key.roomId) ? "gone" : "other-epoch" };
  });
}

/** One parameter whatever the size of the batch, so there is one prepared statement. */
const toRow = ({ key, epoch, kind, userId, relayed, bytes }: NewUpdate, n: number) => ({
  n,
  ...key,
  epoch,
  kind,
  userId: userId === PRODUCT ? null : userId,
  relayed: `{${relayed.join(",")}}`,
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
});

/**
 * The rooms are locked, in one order for all processes, and their heads raised: that numbers the rows without holes, makes
 * commit order log order, and leaves out whatever belongs to an epoch that is over.
 */
async function appendRows(tx: Database, rows: ReturnType<typeof toRow>[]): Promise<{ n: number; seq: number }[]> {
  if (rows.length === 0) return [];
  return tx.execute<{ n: number; seq: number }>(sql`
    with input as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i(n int, "workspaceId" uuid, "roomId" uuid,
        epoch int, kind text, "userId" uuid, relayed text, bytes text)
    ), locked as (
      select r.workspace_id, r.id, r.epoch, r.head_seq from room r
      where (r.workspace_id, r.id) in (select "workspaceId", "roomId" from input) order by r.id for no key update
    ), numbered as (
      select i.*, l.head_seq + row_number() over (partition by i."roomId" order by i.n) as seq
      from input i join locked l on l.workspace_id = i."workspaceId" and l.id = i."roomId" and l.epoch = i.epoch
    ), raised as (
      update room r set head_seq = m.seq, edited_at = now()
      from (select "workspaceId", "roomId", max(seq) as seq from numbered group by 1, 2) m
      where r.workspace_id = m."workspaceId" and r.id = m."roomId"
    ), stored as (
      insert into room_update (workspace_id, room_id, seq, epoch, kind, user_id, relayed_client_ids, bytes)
      select "workspaceId", "roomId", seq, epoch, kind, "userId", relayed::bigint[], decode(bytes, 'base64') from numbered
    )
    select n, seq from numbered`);
}

/**
 * Writes down who uses which client id from now on.
 * @returns the positions of updates whose id belongs to somebody else since another process gave it away.
 */
async function claimClients(tx: Database, updates: readonly NewUpdate[]): Promise<Set<number>> {
  const claims = updates.flatMap(({ key, epoch, userId, claimed }, n) =>
    claimed.map((client) => ({ n, ...key, client, epoch, userId: userId === PRODUCT ? null : userId })),
  );
  if (claims.length === 0) return new Set();
  const input = sql`jsonb_to_recordset(${JSON.stringify(claims)}::jsonb)
    as i(n int, "workspaceId" uuid, "roomId" uuid, client bigint, epoch int, "userId" uuid)`;
  await tx.execute(sql`
    insert into room_client (workspace_id, room_id, client_id, user_id, epoch)
    select i."workspaceId", i."roomId", i.client, i."userId", i.epoch from ${input}
    join room r on r.workspace_id = i."workspaceId" and r.id = i."roomId" order by i."roomId", i.client
    on conflict do nothing`);
  const taken = await tx.execute<{ n: number }>(sql`
    select i.n from ${input} join room_client c
      on c.workspace_id = i."workspaceId" and c.room_id = i."roomId" and c.client_id = i.client
    where c.user_id is distinct from i."userId" or c.epoch <> i.epoch`);
  return new Set(taken.map(({ n }) => n));
}

async function listGoneRooms(tx: Database, updates: NewUpdate[]): Promise<Set<string>> {
  const ids = `{${updates.map(({ key }) => key.roomId).join(",")}}`;
  const rows = await tx.execute<{ id: string }>(sql`
    select u.id::text as id from unnest(${ids}::uuid[]) as u(id) where not exists (select from room r where r.id = u.id)`);
  return new Set(rows.map(({ id }) => id));
}
