import { and, eq, lte, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { coachingItem, slaPolicy } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { addWorkingMinutes, loadWorkingCalendar } from "#server/workspaces/index.ts";
import { UNANSWERED } from "./acts.ts";
import { apply } from "./perform-act.ts";

const BATCH = 200;

/**
 * Escalates every unanswered item whose time has come, in all workspaces: once to the rep's manager, after the second limit once
 * to the manager's manager. Times that passed while the server was down count all the same. Safe to repeat and to run twice at once.
 * @returns how many escalations happened.
 */
export async function escalateDue(db: Database, contextFor: (workspaceId: string) => RequestContext): Promise<number> {
  let escalated = 0;
  for (;;) {
    const now = contextFor("").now();
    const due = await withSystemTransaction(db, (tx) =>
      tx
        .select({ workspaceId: coachingItem.workspaceId, id: coachingItem.id })
        .from(coachingItem)
        .where(lte(coachingItem.nextEscalationAt, now))
        .orderBy(coachingItem.nextEscalationAt)
        .limit(BATCH),
    );
    let progress = 0;
    for (const { workspaceId, id } of due) if (await escalateItem(contextFor(workspaceId), id)) progress++;
    escalated += progress;
    if (progress === 0) return escalated;
  }
}

async function escalateItem(ctx: RequestContext, id: string): Promise<boolean> {
  return withTransaction(ctx, async (ctx) => {
    const [item] = await ctx.db
      .select()
      .from(coachingItem)
      .where(
        and(
          eq(coachingItem.workspaceId, ctx.workspaceId),
          eq(coachingItem.id, id),
          lte(coachingItem.nextEscalationAt, ctx.now()),
        ),
      )
      .for("update", { skipLocked: true });
    if (!item) return false;
    if (!UNANSWERED.includes(item.state)) {
      await ctx.db
        .update(coachingItem)
        .set({ nextEscalationAt: null })
        .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), eq(coachingItem.id, id)));
      return false;
    }
    const level = item.escalationLevel + 1;
    const chain = await managersAbove(ctx, item.repId);
    const target = chain[level - 1];
    const recipients = target ? [target] : await listAdministrators(ctx);
    await apply(ctx, item, "escalate", {
      comment: null,
      set: {
        escalationLevel: level,
        escalatedTo: [...new Set([...item.escalatedTo, ...recipients])],
        nextEscalationAt: level === 1 ? await secondLimit(ctx, item) : null,
      },
      data: { level, recipients },
      event: "coaching.escalated",
    });
    return true;
  });
}

/** Counted from the due time, not from when the first escalation happened to run. */
async function secondLimit(ctx: RequestContext, item: typeof coachingItem.$inferSelect): Promise<Date | null> {
  const [policy] = await ctx.db
    .select()
    .from(slaPolicy)
    .where(and(eq(slaPolicy.workspaceId, ctx.workspaceId), eq(slaPolicy.severity, item.severity)));
  return policy ? addWorkingMinutes(item.dueAt, policy.secondEscalationMinutes, await loadWorkingCalendar(ctx)) : null;
}

/** The rep's manager, that manager's manager and so on, by the hierarchy of teams; active people only, nobody twice. */
export async function managersAbove(ctx: RequestContext, userId: string): Promise<string[]> {
  const rows = await ctx.db.execute<{ manager_id: string }>(sql`
    with recursive above as (
      select t.id, t.parent_team_id, t.manager_id, 0 as depth from team t
        join app_user u on u.workspace_id = t.workspace_id and u.team_id = t.id
        where u.workspace_id = ${ctx.workspaceId} and u.id = ${userId}
      union
      select t.id, t.parent_team_id, t.manager_id, a.depth + 1 from team t join above a on t.id = a.parent_team_id
        where t.workspace_id = ${ctx.workspaceId} and a.depth < 20
    )
    select a.manager_id from above a join app_user m on m.workspace_id = ${ctx.workspaceId} and m.id = a.manager_id and m.status = 'active'
    where a.manager_id <> ${userId} order by a.depth`);
  return [...new Set(rows.map((row) => row.manager_id))];
}

async function listAdministrators(ctx: RequestContext): Promise<string[]> {
  const rows = await ctx.db.execute<{ id: string }>(
    sql`select id from app_user where workspace_id = ${ctx.workspaceId} and role = 'admin' and status = 'active'`,
  );
  return rows.map(({ id }) => id);
}
