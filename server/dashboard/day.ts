import { sql } from "drizzle-orm";
import { DateTime } from "luxon";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { todayOf } from "#server/core/today.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { ownedIn, type Scope } from "./figures.ts";

const MOST_TODAY = 30;
const MOST_RECENT = 10;

/** Calls, meetings and visits planned for today, by their time, with place; done ones too. */
export async function listToday(ctx: RequestContext, scope: Scope) {
  const start = DateTime.fromISO(todayOf(ctx), { zone: requireUser(ctx).timeZone });
  const rows = await ctx.db.execute<{
    id: string;
    title: string;
    kind: string;
    starts_at: string;
    duration_minutes: number | null;
    place: string | null;
    is_done: boolean;
    opportunity_id: string | null;
    record_name: string | null;
    owner_name: string;
  }>(sql`
    select t.id, t.title, t.kind, to_json(t.starts_at) #>> '{}' as starts_at, t.duration_minutes, t.place, t.done_at is not null as is_done,
      t.opportunity_id, coalesce(o.name, a.name) as record_name, u.name as owner_name
    from task t
    join app_user u on u.workspace_id = t.workspace_id and u.id = t.owner_id
    left join opportunity o on o.workspace_id = t.workspace_id and o.id = t.opportunity_id
    left join account a on a.workspace_id = t.workspace_id and a.id = t.account_id
    where t.workspace_id = ${ctx.workspaceId} and t.deleted_at is null and ${ownedIn(ctx, scope, sql`t.owner_id`)}
      and t.starts_at >= ${start.toISO()}::timestamptz and t.starts_at < ${start.plus({ days: 1 }).toISO()}::timestamptz
    order by t.starts_at, t.id limit ${MOST_TODAY}`);
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    kind: row.kind,
    startsAt: row.starts_at,
    durationMinutes: row.duration_minutes,
    place: row.place,
    isDone: row.is_done,
    opportunityId: row.opportunity_id,
    recordName: row.record_name,
    ownerName: row.owner_name,
  }));
}

/** What was logged last. */
export async function listRecent(ctx: RequestContext, scope: Scope) {
  const rows = await ctx.db.execute<{
    id: string;
    kind: string;
    subject: string;
    outcome: string | null;
    at: string;
    opportunity_id: string | null;
    record_name: string | null;
    owner_name: string;
  }>(sql`
    with latest as (select * from activity x where x.workspace_id = ${ctx.workspaceId} and x.deleted_at is null
        and ${ownedIn(ctx, scope, sql`x.owner_id`)} and x.occurred_at <= ${ctx.now().toISOString()}::timestamptz
      order by x.occurred_at desc, x.id desc limit ${MOST_RECENT})
    select x.id, x.kind, x.subject, x.outcome, to_json(x.occurred_at) #>> '{}' as at, k.opportunity_id, o.name as record_name, u.name as owner_name
    from latest x
    join app_user u on u.workspace_id = x.workspace_id and u.id = x.owner_id
    left join lateral (select l.opportunity_id from activity_link l where l.workspace_id = x.workspace_id and l.activity_id = x.id
      and l.opportunity_id is not null order by l.opportunity_id limit 1) k on true
    left join opportunity o on o.workspace_id = x.workspace_id and o.id = k.opportunity_id
    order by x.occurred_at desc, x.id desc`);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    outcome: row.outcome,
    at: row.at,
    opportunityId: row.opportunity_id,
    recordName: row.record_name,
    ownerName: row.owner_name,
  }));
}

/** Leads that came since the end of the last working day, those touched since, and new ones that nobody has touched yet. */
export async function countLeads(ctx: RequestContext, scope: Scope) {
  const since = await lastClosing(ctx);
  const [row] = await ctx.db.execute<{ overnight: string; touched: string; waiting: string }>(sql`
    select count(*) filter (where x.created_at >= ${since}::timestamptz) as overnight,
      count(*) filter (where x.first_touch_at >= ${since}::timestamptz) as touched,
      count(*) filter (where x.status = 'new' and x.first_touch_at is null) as waiting
    from lead x where x.workspace_id = ${ctx.workspaceId} and x.deleted_at is null and ${ownedIn(ctx, scope, sql`x.owner_id`)}`);
  return {
    since,
    overnight: Number(row?.overnight ?? 0),
    touched: Number(row?.touched ?? 0),
    waiting: Number(row?.waiting ?? 0),
  };
}

/** When the working day before today closed, by the workspace's calendar. */
async function lastClosing(ctx: RequestContext): Promise<string> {
  const { timeZone, hours, holidays } = await loadWorkingCalendar(ctx);
  let day = DateTime.fromJSDate(ctx.now(), { zone: timeZone }).startOf("day").minus({ days: 1 });
  for (let back = 0; back < 14 && (!hours.days.includes(day.weekday) || holidays.has(day.toISODate()!)); back++)
    day = day.minus({ days: 1 });
  return day.plus({ minutes: hours.endMinute }).toUTC().toISO()!;
}
