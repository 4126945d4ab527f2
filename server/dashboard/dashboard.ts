import { sql } from "drizzle-orm";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

type Counted = { count: number; amountCents: number };

/**
 * The numbers of the command center over the records the caller may see. Win rate = won / (won + lost), closed in the last
 * 90 days; cycle = median days from opening to winning, same period; both null without closed deals.
 */
export async function getDashboard(ctx: RequestContext) {
  requirePermission(ctx, "opportunity:read");
  const { userId } = requireUser(ctx);
  const today = ctx.now().toISOString().slice(0, 10);
  return withTransaction(ctx, async (ctx) => {
    const w = ctx.workspaceId;
    const [totals] = await ctx.db.execute<{
      open: string;
      open_cents: string;
      weighted_cents: string;
      won: string;
      won_cents: string;
      lost: string;
      cycle_days: string | null;
      idle: string;
      no_step: string;
      overdue_close: string;
    }>(sql`
      select count(*) filter (where stage_kind = 'open') as open,
        coalesce(sum(amount_cents) filter (where stage_kind = 'open'), 0) as open_cents,
        coalesce(round(sum(amount_cents * probability::numeric) filter (where stage_kind = 'open')), 0) as weighted_cents,
        count(*) filter (where stage_kind = 'won' and closed_at >= ${today}::date - 90) as won,
        coalesce(sum(amount_cents) filter (where stage_kind = 'won' and closed_at >= ${today}::date - 90), 0) as won_cents,
        count(*) filter (where stage_kind = 'lost' and closed_at >= ${today}::date - 90) as lost,
        percentile_cont(0.5) within group (order by closed_at::date - opened_on)
          filter (where stage_kind = 'won' and closed_at >= ${today}::date - 90 and opened_on is not null) as cycle_days,
        count(*) filter (where stage_kind = 'open' and coalesce(last_activity_at, stage_entered_at) < ${today}::date - 10) as idle,
        count(*) filter (where stage_kind = 'open' and next_step is null) as no_step,
        count(*) filter (where stage_kind = 'open' and close_date < ${today}::date) as overdue_close
      from opportunity where workspace_id = ${w} and deleted_at is null`);
    const stages = await ctx.db.execute<{ id: string; name: string; count: string; amount_cents: string }>(sql`
      select s.id, s.name, count(o.id) as count, coalesce(sum(o.amount_cents), 0) as amount_cents
      from stage s left join opportunity o on o.workspace_id = s.workspace_id and o.stage_id = s.id and o.deleted_at is null
      where s.workspace_id = ${w} and s.kind = 'open' group by s.id, s.name, s.position, s.pipeline_id order by s.pipeline_id, s.position`);
    const tasks = await ctx.db.execute<{
      id: string;
      title: string;
      due_on: string | null;
      opportunity_id: string | null;
      opportunity_name: string | null;
    }>(sql`
      select t.id, t.title, t.due_on::text, t.opportunity_id, o.name as opportunity_name
      from task t left join opportunity o on o.workspace_id = t.workspace_id and o.id = t.opportunity_id
      where t.workspace_id = ${w} and t.owner_id = ${userId} and t.done_at is null and t.deleted_at is null
      order by t.due_on nulls last, t.id limit 10`);
    const quiet = await ctx.db.execute<{
      id: string;
      name: string;
      amount_cents: string | null;
      account_name: string | null;
      owner_name: string;
      last_at: string;
      close_date: string | null;
      next_step: string | null;
    }>(sql`
      select o.id, o.name, o.amount_cents, a.name as account_name, u.name as owner_name,
        coalesce(o.last_activity_at, o.stage_entered_at)::text as last_at, o.close_date::text, o.next_step
      from opportunity o
      join app_user u on u.workspace_id = o.workspace_id and u.id = o.owner_id
      left join account a on a.workspace_id = o.workspace_id and a.id = o.account_id
      where o.workspace_id = ${w} and o.deleted_at is null and o.stage_kind = 'open'
        and (o.close_date < ${today}::date or coalesce(o.last_activity_at, o.stage_entered_at) < ${today}::date - 10 or o.next_step is null)
      order by o.amount_cents desc nulls last, o.id limit 8`);
    const won = Number(totals?.won ?? 0);
    const lost = Number(totals?.lost ?? 0);
    return {
      open: { count: Number(totals?.open ?? 0), amountCents: Number(totals?.open_cents ?? 0) } satisfies Counted,
      weightedCents: Number(totals?.weighted_cents ?? 0),
      won90: { count: won, amountCents: Number(totals?.won_cents ?? 0) } satisfies Counted,
      winRate: won + lost > 0 ? won / (won + lost) : null,
      cycleDays: totals?.cycle_days == null ? null : Math.round(Number(totals.cycle_days)),
      attention: {
        idle: Number(totals?.idle ?? 0),
        withoutNextStep: Number(totals?.no_step ?? 0),
        overdueCloseDate: Number(totals?.overdue_close ?? 0),
      },
      stages: stages.map((row) => ({
        id: row.id,
        name: row.name,
        count: Number(row.count),
        amountCents: Number(row.amount_cents),
      })),
      tasks: tasks.map((row) => ({
        id: row.id,
        title: row.title,
        dueOn: row.due_on,
        opportunityId: row.opportunity_id,
        opportunityName: row.opportunity_name,
      })),
      needAttention: quiet.map((row) => ({
        id: row.id,
        name: row.name,
        amountCents: row.amount_cents === null ? null : Number(row.amount_cents),
        accountName: row.account_name,
        ownerName: row.owner_name,
        lastAt: row.last_at,
        closeDate: row.close_date,
        nextStep: row.next_step,
      })),
    };
  });
}
