import { asc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventConsumer, eventDeadLetter, eventLog } from "#db/schema/index.ts";
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
  /** Database effects only; runs as a job of the event's workspace, inside an open transaction. */
  handle(ctx: RequestContext, event: LoggedEvent): Promise<void>;
}

const BATCH = 100;
/** A batch ends early after this time, so that the embedded database's one connection is soon free for somebody's screen. */
const BATCH_MS = 100;

/** One batch of one follower. @returns whether there may be more. */
export async function runConsumer(db: Database, consumer: Consumer, now: () => Date): Promise<boolean> {
  return withSystemTransaction(db, async (tx) => {
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
    for (const event of events) {
      if (consumer.wants(event.type)) await handleOrSetAside(tx, consumer, event, now);
      passed++;
      if (performance.now() - started > BATCH_MS) break;
    }
    const last = events[passed - 1];
    if (last) await tx.update(eventConsumer).set({ seq: last.seq }).where(eq(eventConsumer.name, consumer.name));
    return passed < events.length || events.length === BATCH;
  });
}

/** A poison event goes to the dead letters; its half-done effect is rolled back to a savepoint. */
async function handleOrSetAside(tx: Database, consumer: Consumer, event: LoggedEvent, now: () => Date): Promise<void> {
  const ctx: RequestContext = {
    db: tx,
    workspaceId: event.workspaceId,
    actor: { kind: "job", name: consumer.name },
    requestId: event.requestId,
    log: log.child({ requestId: event.requestId, consumer: consumer.name }),
    now,
  };
  try {
    await asTenant(ctx, (ctx) => consumer.handle(ctx, event));
  } catch (error) {
    ctx.log.error({ err: error, seq: event.seq, type: event.type }, "event set aside");
    await tx.execute(sql`select set_config('role', 'ringside_system', true)`);
    await tx
      .insert(eventDeadLetter)
      .values({ workspaceId: event.workspaceId, consumer: consumer.name, seq: event.seq, error: String(error) })
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
  return startWokenLoop("log", pollMs, async () => {
    for (const consumer of consumers) while (await runConsumer(db, consumer, now));
  });
}
