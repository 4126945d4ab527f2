import { asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventConsumer, eventDeadLetter, eventLog } from "#db/schema/index.ts";
import { inBackground } from "./background-lane.ts";
import type { RequestContext } from "./context.ts";
import { log } from "./log.ts";
import { startWokenLoop } from "./sequencer.ts";
import { asTenant, withSystemTransaction } from "./transaction.ts";

export type LoggedEvent = typeof eventLog.$inferSelect;

/** A follower of the log. Its effect and its cursor move in one transaction, so each event takes effect once. */
export interface Consumer {
  name: string;
  /** Event types it wants; others only move the cursor. */
  wants(type: string): boolean;
  /**
   * Database effects only; runs as a job of the events' workspace, inside an open transaction. The events, in their order, are of one request; when it throws
   * they come again one by one, and the one that throws is set aside.
   */
  handle(ctx: RequestContext, events: readonly LoggedEvent[]): Promise<void>;
}

/** So many events are looked through at once; those that are not wanted cost next to nothing. */
const BATCH = 2_000;
/** A batch ends early after this time, so that the embedded database's one connection is soon free for somebody's screen. */
const BATCH_MS = 100;
/** At most so many are taken from them. */
const MOST = 200;
/** At most so many are handled before the clock is looked at. */
const GROUP = 50;

/** One batch of one follower. @returns whether there may be more. */
export async function runConsumer(db: Database, consumer: Consumer, now: () => Date): Promise<boolean> {
  const batch = async (tx: Database): Promise<boolean> => {
    await tx.insert(eventConsumer).values({ name: consumer.name, seq: 0 }).onConflictDoNothing();
    const [cursor] = await tx
      .select()
      .from(eventConsumer)
      .where(eq(eventConsumer.name, consumer.name))
      .for("update", { skipLocked: true });
    if (!cursor) return false;
    const { seq, type } = eventLog;
    const heads = await tx
      .select({ seq, type })
      .from(eventLog)
      .where(gt(eventLog.seq, cursor.seq))
      .orderBy(asc(eventLog.seq))
      .limit(BATCH);
    if (heads.length === 0) return false;
    const wanted = heads.filter((head) => consumer.wants(head.type));
    const taken = wanted.slice(0, MOST).map((head) => head.seq);
    const events =
      taken.length === 0
        ? []
        : await tx.select().from(eventLog).where(inArray(eventLog.seq, taken)).orderBy(asc(eventLog.seq));
    const groups = groupByRequest(events);
    const started = performance.now();
    let done = 0;
    while (done < groups.length && performance.now() - started < BATCH_MS)
      await handleOrSetAside(tx, consumer, groups[done++]!, now);
    const isThrough = done === groups.length && taken.length === wanted.length;
    const passed = isThrough ? heads.at(-1)! : groups[done - 1]!.at(-1)!;
    await tx.update(eventConsumer).set({ seq: passed.seq }).where(eq(eventConsumer.name, consumer.name));
    return !isThrough || heads.length === BATCH;
  };
  return inBackground(db, () => withSystemTransaction(db, batch));
}

/** Neighbours that are of one request, in order. */
function groupByRequest(events: readonly LoggedEvent[]): LoggedEvent[][] {
  const groups: LoggedEvent[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    const isSame = group && group[0]!.workspaceId === event.workspaceId && group[0]!.requestId === event.requestId;
    if (isSame && group.length < GROUP) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

/** A poison event goes to the dead letters; its half-done effect is rolled back to a savepoint. */
async function handleOrSetAside(
  tx: Database,
  consumer: Consumer,
  events: readonly LoggedEvent[],
  now: () => Date,
): Promise<void> {
  const { workspaceId, requestId, seq, type } = events[0]!;
  const ctx: RequestContext = {
    db: tx,
    workspaceId,
    actor: { kind: "job", name: consumer.name },
    requestId,
    log: log.child({ requestId, consumer: consumer.name }),
    now,
  };
  try {
    await asTenant(ctx, (ctx) => consumer.handle(ctx, events));
  } catch (error) {
    await tx.execute(sql`select set_config('role', 'ringside_system', true)`);
    if (events.length > 1) {
      for (const event of events) await handleOrSetAside(tx, consumer, [event], now);
      return;
    }
    ctx.log.error({ err: error, seq, type }, "event set aside");
    await tx
      .insert(eventDeadLetter)
      .values({ workspaceId, consumer: consumer.name, seq, error: String(error) })
      .onConflictDoNothing();
  }
}

/** Follows the log with all consumers until `stop`, a batch of each in turn: one that has much to do keeps no other waiting. */
export function startConsumers(
  db: Database,
  consumers: Consumer[],
  pollMs: number,
  now: () => Date,
): { stop(): Promise<void> } {
  return startWokenLoop("log", pollMs, async (isStopped) => {
    for (let isBehind = true; isBehind && !isStopped();) {
      isBehind = false;
      for (const consumer of consumers) if (!isStopped() && (await runConsumer(db, consumer, now))) isBehind = true;
    }
  });
}
