import { asc, eq, gt, sql } from "drizzle-orm";
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

const BATCH = 200;
/** A batch ends early after this time, so that the embedded database's one connection is soon free for somebody's screen. */
const BATCH_MS = 100;
/** At most so many events are handled before the clock is looked at. */
const SLICE = 50;

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
    const events = await tx
      .select()
      .from(eventLog)
      .where(gt(eventLog.seq, cursor.seq))
      .orderBy(asc(eventLog.seq))
      .limit(BATCH);
    const started = performance.now();
    let passed = 0;
    while (passed < events.length && performance.now() - started < BATCH_MS) {
      const slice = sliceOfOneRequest(events, passed);
      const wanted = slice.filter(({ type }) => consumer.wants(type));
      if (wanted.length > 0) await handleOrSetAside(tx, consumer, wanted, now);
      passed += slice.length;
    }
    const last = events[passed - 1];
    if (last) await tx.update(eventConsumer).set({ seq: last.seq }).where(eq(eventConsumer.name, consumer.name));
    return passed < events.length || events.length === BATCH;
  };
  return inBackground(db, () => withSystemTransaction(db, batch));
}

function sliceOfOneRequest(events: readonly LoggedEvent[], from: number): LoggedEvent[] {
  const { workspaceId, requestId } = events[from]!;
  const slice = events.slice(from, from + SLICE);
  const end = slice.findIndex((event) => event.workspaceId !== workspaceId || event.requestId !== requestId);
  return end < 0 ? slice : slice.slice(0, end);
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

/** Follows the log with all consumers until `stop`. */
export function startConsumers(
  db: Database,
  consumers: Consumer[],
  pollMs: number,
  now: () => Date,
): { stop(): Promise<void> } {
  return startWokenLoop("log", pollMs, async (isStopped) => {
    for (const consumer of consumers) while (!isStopped() && (await runConsumer(db, consumer, now)));
  });
}
