import { sql } from "drizzle-orm";
import { z } from "zod";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { todayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { countFeed, getFeed } from "#server/priorities/index.ts";
import { dealsOf, figureConditions, FIGURES, ownedIn, periodOf, type Figure, type Scope } from "./figures.ts";
import { countLeads, listRecent, listToday } from "./day.ts";
import { listTeam } from "./team.ts";

export const DashboardInput = z
  .strictObject({
    scope: z.enum(["mine", "team"]).optional(),
    period: z.enum(["month", "quarter", "year"]).default("quarter"),
  })
  .default({ period: "quarter" });

/**
 * The command center over the records the caller may see: a manager's shows the team unless told otherwise, a rep's his own.
 * Pipeline, weighted forecast, win rate and cycle are computed over the running period; a rate without closed deals is null.
 */
export async function getDashboard(ctx: RequestContext, input: z.infer<typeof DashboardInput>) {
  requirePermission(ctx, "opportunity:read");
  const { seesAll, ownerIds } = requireUser(ctx);
  const isManager = seesAll || ownerIds.length > 1;
  const scope: Scope = isManager ? (input.scope ?? "team") : "mine";
  const period = periodOf(ctx, input.period);
  return withTransaction(ctx, async (ctx) => ({
    scope,
    isManager,
    period: { name: input.period, ...period },
    figures: await computeFigures(ctx, scope, period),
    ...(await computeRates(ctx, scope, period)),
    touchpoints: await countTouchpoints(ctx, scope),
    stages: await listStages(ctx, scope),
    counts: await countFeed(ctx, { scope }),
    first: (await getFeed(ctx, { scope, limit: 6 })).cards,
    today: await listToday(ctx, scope),
    recent: await listRecent(ctx, scope),
    tasks: await countTasks(ctx, scope),
    leads: await countLeads(ctx, scope),
    team: isManager && scope === "team" ? await listTeam(ctx, period) : [],
  }));
}

type Sums = Record<Figure, { count: number; amountCents: number; weightedCents: number }>;

async function computeFigures(ctx: RequestContext, scope: Scope, period: { from: string; to: string }): Promise<Sums> {
  const conditions = figureConditions(ctx, period);
  const legs = FIGURES.map(
    (figure) => sql`select ${figure}::text as figure, count(*) as count, coalesce(sum(o.amount_cents), 0) as amount,
      coalesce(round(sum(o.amount_cents * case when o.stage_kind = 'open' then o.probability::numeric else 1 end)), 0) as weighted
      from deals o cross join lateral (select o.is_at_risk, o.alerts) h where ${conditions[figure]}`,
  );
  const rows = await ctx.db.execute<{ figure: Figure; count: string; amount: string; weighted: string }>(sql`
    with deals as materialized (select o.*, h.is_at_risk, h.alerts from ${dealsOf(ctx, scope)})
    ${sql.join(
      legs.map((leg) => sql`(${leg})`),
      sql` union all `,
    )}`);
  return Object.fromEntries(
    rows.map(({ figure, count, amount, weighted }) => [
      figure,
      { count: Number(count), amountCents: Number(amount), weightedCents: Number(weighted) },
    ]),
  ) as Sums;
}

async function computeRates(ctx: RequestContext, scope: Scope, period: { from: string; to: string }) {
  const { won, closed } = figureConditions(ctx, period);
  const [row] = await ctx.db.execute<{
    rate: string | null;
    rate_by_value: string | null;
    mean: string | null;
    median: string | null;
  }>(sql`select
      count(*) filter (where o.stage_kind = 'won')::numeric / nullif(count(*), 0) as rate,
      sum(o.amount_cents) filter (where o.stage_kind = 'won')::numeric / nullif(sum(o.amount_cents), 0) as rate_by_value,
      avg(o.closed_at::date - o.opened_on) filter (where ${won} and o.opened_on is not null) as mean,
      percentile_cont(0.5) within group (order by o.closed_at::date - o.opened_on)
        filter (where ${won} and o.opened_on is not null) as median
    from ${dealsOf(ctx, scope)} and ${closed}`);
  const number = (value: string | null | undefined): number | null => (value == null ? null : Number(value));
  return {
    winRate: number(row?.rate),
    winRateByValue: number(row?.rate_by_value),
    cycleDays: { mean: number(row?.mean), median: number(row?.median) },
  };
}

/** Completed calls, mails, meetings and visits of the last seven days per open opportunity; null without open ones. */
async function countTouchpoints(ctx: RequestContext, scope: Scope): Promise<number | null> {
  const since = new Date(ctx.now().getTime() - 7 * 86_400_000).toISOString();
  const [row] = await ctx.db.execute<{ touchpoints: string; open: string }>(sql`
    with deals as (select o.id from ${dealsOf(ctx, scope)} and o.stage_kind = 'open')
    select (select count(*) from deals) as open, (select count(*) from activity_link l
        join deals d on d.id = l.opportunity_id
        join activity a on a.workspace_id = l.workspace_id and a.id = l.activity_id
      where l.workspace_id = ${ctx.workspaceId} and l.occurred_at >= ${since}::timestamptz and a.deleted_at is null
        and a.kind <> 'note' and a.direction <> 'internal' and (a.outcome is not null or not a.is_auto_logged)) as touchpoints`);
  const open = Number(row?.open ?? 0);
  return open === 0 ? null : Number(row!.touchpoints) / open;
}

async function listStages(ctx: RequestContext, scope: Scope) {
  const rows = await ctx.db.execute<{ id: string; name: string; count: string; amount: string; weighted: string }>(sql`
    with deals as (select o.stage_id, o.amount_cents, o.probability from ${dealsOf(ctx, scope)} and o.stage_kind = 'open')
    select s.id, s.name, count(d.stage_id) as count, coalesce(sum(d.amount_cents), 0) as amount,
      coalesce(round(sum(d.amount_cents * d.probability::numeric)), 0) as weighted
    from stage s left join deals d on d.stage_id = s.id
    where s.workspace_id = ${ctx.workspaceId} and s.kind = 'open'
    group by s.id, s.name, s.position, s.pipeline_id order by s.pipeline_id, s.position`);
  return rows.map(({ id, name, count, amount, weighted }) => ({
    ...{ id, name, count: Number(count), amountCents: Number(amount), weightedCents: Number(weighted) },
  }));
}

async function countTasks(ctx: RequestContext, scope: Scope): Promise<{ overdue: number; today: number }> {
  const today = todayOf(ctx);
  const [row] = await ctx.db.execute<{ overdue: string; today: string }>(sql`
    select count(*) filter (where t.due_on < ${today}::date) as overdue, count(*) filter (where t.due_on = ${today}::date) as today
    from task t where t.workspace_id = ${ctx.workspaceId} and t.done_at is null and t.deleted_at is null
      and t.due_on <= ${today}::date and ${ownedIn(ctx, scope, sql`t.owner_id`)}`);
  return { overdue: Number(row?.overdue ?? 0), today: Number(row?.today ?? 0) };
}
