import { asc, inArray, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventHead, eventInbox, eventLog } from "#db/schema/index.ts";
import { GENESIS_HASH, hashEvent, hashPayload } from "./hash-chain.ts";
import { log } from "./log.ts";
import { currentSignal } from "./signal.ts";
import { withSystemTransaction } from "./transaction.ts";

const BATCH = 500;
/** Any constant: one sequencer at a time over all processes. */
const SEQUENCER_LOCK = 7_216_001;

/**
 * Moves up to 500 events from the inbox to the log, giving each the next number of the log and of its workspace's chain.
 * @returns how many were moved; 0 also when another process is at it.
 */
export async function sequenceEvents(db: Database): Promise<number> {
  const moved = await withSystemTransaction(db, async (tx) => {
    const [lock] = await tx.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(${SEQUENCER_LOCK}) as held`,
    );
    if (!lock?.held) return 0;
    const incoming = await tx.select().from(eventInbox).orderBy(asc(eventInbox.id)).limit(BATCH);
    if (incoming.length === 0) return 0;

    const workspaceIds = [...new Set(incoming.map((event) => event.workspaceId))];
    const heads = await tx.select().from(eventHead).where(inArray(eventHead.workspaceId, workspaceIds));
    const headOf = new Map(
      heads.map((head) => [head.workspaceId, { workspaceSeq: head.workspaceSeq, hash: head.hash }]),
    );
    const [last] = await tx.execute<{ seq: string }>(sql`select coalesce(max(seq), 0) as seq from ${eventLog}`);
    let seq = Number(last?.seq ?? 0);

    const rows = incoming.map(({ id: _inboxId, ...event }) => {
      const head = headOf.get(event.workspaceId) ?? { workspaceSeq: 0, hash: GENESIS_HASH };
      const workspaceSeq = head.workspaceSeq + 1;
      const payloadHash = hashPayload(event.payload);
      const hash = hashEvent(head.hash, { ...event, workspaceSeq, payloadHash });
      headOf.set(event.workspaceId, { workspaceSeq, hash });
      return { ...event, seq: ++seq, workspaceSeq, payloadHash, prevHash: head.hash, hash };
    });
    await tx.insert(eventLog).values(rows);
    await tx
      .insert(eventHead)
      .values(workspaceIds.map((workspaceId) => ({ workspaceId, ...headOf.get(workspaceId)! })))
      .onConflictDoUpdate({
        target: eventHead.workspaceId,
        set: { workspaceSeq: sql`excluded.workspace_seq`, hash: sql`excluded.hash` },
      });
    await tx.delete(eventInbox).where(
      inArray(
        eventInbox.id,
        incoming.map((event) => event.id),
      ),
    );
    return incoming.length;
  });
  if (moved > 0) currentSignal().notify("log");
  return moved;
}

/** Keeps the log moving until `stop`: woken by every commit that carried news, and by a slow poll as the safety net. */
export function startSequencer(db: Database, pollMs: number): { stop(): Promise<void> } {
  return startWokenLoop("inbox", pollMs, async (isStopped) => {
    while (!isStopped() && (await sequenceEvents(db)) === BATCH);
  });
}

/**
 * Runs `turn` once per wake-up or poll, never twice at the same time; a failed turn is logged and tried at the next.
 * A turn of many steps asks between them whether it was told to stop.
 */
export function startWokenLoop(
  channel: "inbox" | "log",
  pollMs: number,
  turn: (isStopped: () => boolean) => Promise<void>,
): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let isAskedAgain = false;
  let isStopped = false;
  const wake = (): void => {
    if (isStopped) return;
    if (running) {
      isAskedAgain = true;
      return;
    }
    running = turn(() => isStopped)
      .catch((error: unknown) => log.error({ err: error, channel }, "follower turn failed"))
      .finally(() => {
        running = undefined;
        if (isAskedAgain) {
          isAskedAgain = false;
          wake();
        }
      });
  };
  const unsubscribe = currentSignal().subscribe(channel, wake);
  const timer = setInterval(wake, pollMs);
  wake();
  return {
    async stop() {
      isStopped = true;
      unsubscribe();
      clearInterval(timer);
      await running;
    },
  };
}
