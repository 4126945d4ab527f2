import { sql, type SQL } from "drizzle-orm";
import { DateTime } from "luxon";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { todayOf } from "#server/core/today.ts";

/** Figures about opportunities, each of which opens the rows that it was computed from. */
export const FIGURES = [
  "pipeline",
  "forecast",
  "won",
  "closed",
  "open",
  "atRisk",
  "withoutNextStep",
  "overdueNextStep",
  "overdueCloseDate",
  "idle",
] as const;
export type Figure = (typeof FIGURES)[number];
export type Scope = "mine" | "team";
export type PeriodName = "month" | "quarter" | "year";

/** First and last day of the running period, where the person is. ISO. */
export interface Period {
  from: string;
  to: string;
}

export function periodOf(ctx: RequestContext, name: PeriodName): Period {
  const today = DateTime.fromISO(todayOf(ctx));
  return { from: today.startOf(name).toISODate()!, to: today.endOf(name).toISODate()! };
}

/**
 * The condition behind each figure, over `opportunity o left join opportunity_health h`. Sum and rows use the same one, so
 * what a number opens adds up to it.
 */
export function figureConditions(ctx: RequestContext, period: Period): Record<Figure, SQL> {
  const today = todayOf(ctx);
  const { from, to } = period;
  const open = sql`o.stage_kind = 'open'`;
  const closes = sql`o.close_date between ${from}::date and ${to}::date`;
  const closed = sql`o.closed_at >= ${from}::date and o.closed_at < ${to}::date + 1`;
  const pipeline = sql`${open} and o.forecast_category <> 'omitted' and ${closes}`;
  const won = sql`o.stage_kind = 'won' and ${closed}`;
  return {
    pipeline,
    won,
    forecast: sql`((${pipeline}) or (${won}))`,
    closed: sql`o.stage_kind in ('won', 'lost') and ${closed}`,
    open,
    atRisk: sql`${open} and h.is_at_risk`,
    withoutNextStep: sql`${open} and (o.next_step is null or o.next_step_due is null)`,
    overdueNextStep: sql`${open} and o.next_step is not null and o.next_step_due < ${today}::date`,
    overdueCloseDate: sql`${open} and o.close_date < ${today}::date`,
    idle: sql`${open} and h.alerts ? 'over-idle-limit'`,
  };
}

/** Whose records count: his own, or all that he may see, his own included. */
export function ownedIn(ctx: RequestContext, scope: Scope, column: SQL): SQL {
  const { userId, ownerIds, seesAll } = requireUser(ctx);
  if (scope === "mine") return sql`${column} = ${userId}`;
  return seesAll ? sql`true` : sql`${column} = any(${`{${ownerIds.join(",")}}`}::uuid[])`;
}

/** The living opportunities of a scope, with their health. */
export const dealsOf = (ctx: RequestContext, scope: Scope): SQL => sql`opportunity o
  left join opportunity_health h on h.workspace_id = o.workspace_id and h.opportunity_id = o.id
  where o.workspace_id = ${ctx.workspaceId} and o.deleted_at is null and ${ownedIn(ctx, scope, sql`o.owner_id`)}`;
