import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { todayOf } from "#server/core/today.ts";
import { dealsOf, figureConditions, ownedIn, type Period } from "./figures.ts";

/** How each person with open or closed deals stands in the period, the largest forecast first. */
export async function listTeam(ctx: RequestContext, period: Period) {
  const { pipeline, won, closed, atRisk } = figureConditions(ctx, period);
  const weekAgo = new Date(ctx.now().getTime() - 7 * 86_400_000).toISOString();
  const rows = await ctx.db.execute<{
    id: string;
    name: string;
    pipeline: string;
    forecast: string;
    won: string;
    win_rate: string | null;
    at_risk: string;
    overdue: string;
    activities: string;
  }>(sql`
    with deals as (select o.owner_id,
        coalesce(sum(o.amount_cents) filter (where ${pipeline}), 0) as pipeline,
        coalesce(round(sum(o.amount_cents * o.probability::numeric) filter (where ${pipeline})), 0)
          + coalesce(sum(o.amount_cents) filter (where ${won}), 0) as forecast,
        coalesce(sum(o.amount_cents) filter (where ${won}), 0) as won,
        count(*) filter (where ${won})::numeric / nullif(count(*) filter (where ${closed}), 0) as win_rate,
        count(*) filter (where ${atRisk}) as at_risk
      from ${dealsOf(ctx, "team")} group by o.owner_id)
    select u.id, u.name, d.pipeline, d.forecast, d.won, d.win_rate, d.at_risk,
      (select count(*) from task t where t.workspace_id = u.workspace_id and t.owner_id = u.id and t.done_at is null
        and t.deleted_at is null and t.due_on < ${todayOf(ctx)}::date) as overdue,
      (select count(*) from activity a where a.workspace_id = u.workspace_id and a.owner_id = u.id and a.deleted_at is null
        and a.occurred_at >= ${weekAgo}::timestamptz and a.occurred_at <= ${ctx.now().toISOString()}::timestamptz) as activities
    from deals d join app_user u on u.workspace_id = ${ctx.workspaceId} and u.id = d.owner_id
    where ${ownedIn(ctx, "team", sql`u.id`)}
    order by d.forecast desc, u.name, u.id limit 100`);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    pipelineCents: Number(row.pipeline),
    forecastCents: Number(row.forecast),
    wonCents: Number(row.won),
    winRate: row.win_rate === null ? null : Number(row.win_rate),
    atRisk: Number(row.at_risk),
    overdueTasks: Number(row.overdue),
    activities: Number(row.activities),
  }));
}
