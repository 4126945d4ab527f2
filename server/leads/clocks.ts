import { and, eq, inArray, isNull, lt, lte, sql, type SQL } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { lead, OPEN_LEAD_STATUSES } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { dayOf } from "./admit-leads.ts";
import { noteOnLead, setLead, type Lead } from "./locked-lead.ts";
import { rescoreLead } from "./rescore-lead.ts";
import { planTask } from "./write-lead.ts";

const BATCH = 200;
const DAY_MS = 86_400_000;

type ContextFor = (workspaceId: string) => RequestContext;

/**
 * Tells of every lead that nobody touched in time, once. Time that passed while the server was down counts all the same; safe to
 * repeat and to run twice at once. @returns how many.
 */
export function breachDueLeads(db: Database, contextFor: ContextFor): Promise<number> {
  const now = contextFor("").now();
  const isDue = and(
    lte(lead.slaDueAt, now),
    isNull(lead.firstTouchAt),
    isNull(lead.slaBreachedAt),
    isNull(lead.deletedAt),
    inArray(lead.status, ["new", "working", "qualified"]),
  );
  return eachDue(db, contextFor, isDue, async (ctx, row) => {
    await noteOnLead(ctx, row, { slaBreachedAt: ctx.now() });
    await emitEvent(ctx, {
      type: "lead.sla_breached",
      subject: { type: "lead", id: row.id },
      data: { ownerId: row.ownerId, dueAt: row.slaDueAt },
    });
  });
}

/** Brings each nurture lead back to the queue on its date, with a task. @returns how many. */
export function returnNurturedLeads(db: Database, contextFor: ContextFor): Promise<number> {
  const now = contextFor("").now();
  // The day after tomorrow in UTC has begun nowhere; each workspace's own day is asked below.
  const latest = new Date(now.getTime() + DAY_MS).toISOString().slice(0, 10);
  const isDue = and(
    eq(lead.status, "nurture"),
    lte(lead.followUpOn, latest),
    isNull(lead.deletedAt),
    sql`${lead.followUpOn} <= (${now.toISOString()}::timestamptz at time zone
      (select w.time_zone from workspace w where w.id = ${lead.workspaceId}))::date`,
  );
  return eachDue(db, contextFor, isDue, async (ctx, row) => {
    const { timeZone } = await loadWorkingCalendar(ctx);
    await setLead(ctx, row, { status: "working" });
    const dueOn = dayOf(ctx.now(), timeZone);
    if (row.ownerId)
      await planTask(ctx, row, { ownerId: row.ownerId, title: "Back from nurture", dueOn, source: "lead:nurture" });
    await emitEvent(ctx, {
      type: "lead.nurture_returned",
      subject: { type: "lead", id: row.id },
      changes: { status: ["nurture", "working"] },
      data: { ownerId: row.ownerId },
    });
  });
}

/** Signals lose weight with time: open leads with any are counted anew each day. @returns how many. */
export function decayScores(db: Database, contextFor: ContextFor): Promise<number> {
  const now = contextFor("").now();
  const isDue = and(
    inArray(lead.status, [...OPEN_LEAD_STATUSES]),
    lt(lead.scoredAt, new Date(now.getTime() - DAY_MS)),
    isNull(lead.deletedAt),
    sql`exists (select 1 from lead_signal s where s.workspace_id = ${lead.workspaceId} and s.lead_id = ${lead.id})`,
  );
  return eachDue(db, contextFor, isDue, async (ctx, row) => void (await rescoreLead(ctx, row, "Time passed")));
}

/** Finds what is due in all workspaces, and does each in a transaction of its own, if it still is. */
async function eachDue(
  db: Database,
  contextFor: ContextFor,
  isDue: SQL | undefined,
  work: (ctx: RequestContext, row: Lead) => Promise<void>,
): Promise<number> {
  let done = 0;
  for (;;) {
    const due = await withSystemTransaction(db, (tx) =>
      tx.select({ workspaceId: lead.workspaceId, id: lead.id }).from(lead).where(isDue).limit(BATCH),
    );
    let progress = 0;
    for (const { workspaceId, id } of due) {
      const isDone = await withTransaction(contextFor(workspaceId), async (ctx) => {
        const [row] = await ctx.db
          .select()
          .from(lead)
          .where(and(eq(lead.workspaceId, workspaceId), eq(lead.id, id), isDue))
          .for("update", { skipLocked: true });
        if (row) await work(ctx, row);
        return row !== undefined;
      });
      if (isDone) progress++;
    }
    done += progress;
    if (progress === 0) return done;
  }
}
