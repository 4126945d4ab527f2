import { sql, type SQL } from "drizzle-orm";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { todayOf } from "#server/core/today.ts";

export const CARD_TYPES = ["task", "lead", "activity", "coaching_item", "opportunity"] as const;
export type CardType = (typeof CARD_TYPES)[number];
export type Scope = "mine" | "team";

/**
 * How soon a card wants its reader, which comes before everything else in the order: 0 late, 1 today, 2 at risk, 3 to be
 * put in order. Late follow-ups and deadlines stand first.
 */
export type Band = 0 | 1 | 2 | 3;

/**
 * Every card of the stream as rows (type, id, band, due, amount, owner_id, cause, facts), of those records that this user may
 * open: what is his own, or what is his team's. Each leg states one rule.
 */
export function cardSources(ctx: RequestContext, scope: Scope): Record<CardType, SQL> {
  const { userId, ownerIds, seesAll } = requireUser(ctx);
  const today = todayOf(ctx);
  const w = ctx.workspaceId;
  const isOf = (column: SQL): SQL =>
    scope === "mine"
      ? sql`${column} = ${userId}`
      : seesAll
        ? sql`${column} <> ${userId}`
        : sql`${column} = any(${`{${ownerIds.filter((id) => id !== userId).join(",")}}`}::uuid[])`;
  return {
    task: sql`
      select 'task'::text as type, t.id, case when t.due_on < ${today}::date then 0 else 1 end as band, t.due_on as due,
        coalesce(o.amount_cents, 0) as amount, t.owner_id, t.due_on::text as cause,
        jsonb_build_object('title', t.title, 'kind', t.kind, 'startsAt', t.starts_at, 'place', t.place, 'opportunityId', t.opportunity_id,
          'recordName', coalesce(o.name, a.name, d.company), 'accountId', t.account_id, 'leadId', t.lead_id, 'request', r.text, 'requestKind', r.kind, 'slots', r.slots) as facts
      from task t
      left join opportunity o on o.workspace_id = t.workspace_id and o.id = t.opportunity_id
      left join account a on a.workspace_id = t.workspace_id and a.id = t.account_id
      left join lead d on d.workspace_id = t.workspace_id and d.id = t.lead_id
      left join task_request r on r.workspace_id = t.workspace_id and r.task_id = t.id
      where t.workspace_id = ${w} and ${isOf(sql`t.owner_id`)} and t.done_at is null and t.deleted_at is null
        and (t.due_on <= ${today}::date or (r.task_id is not null and r.answered_at is null))`,
    lead: sql`
      select 'lead'::text as type, x.id, case when x.flagged_at is not null or x.follow_up_on < ${today}::date
          or (x.first_touch_at is null and x.sla_due_at < ${ctx.now().toISOString()}::timestamptz) then 0 else 1 end as band,
        least(x.follow_up_on, case when x.first_touch_at is null then x.sla_due_at::date end) as due, 0::bigint as amount, x.owner_id,
        concat_ws(' ', x.flagged_at, x.follow_up_on, x.sla_due_at, x.hot_at) as cause,
        jsonb_build_object('title', trim(x.first_name || ' ' || x.last_name), 'recordName', x.company, 'flagReason', x.flag_reason,
          'hotReason', case when x.hot_at is not null then x.hot_reason end, 'isTouched', x.first_touch_at is not null,
          'dueAt', x.sla_due_at, 'score', x.score, 'source', x.source, 'leadId', x.id) as facts
      from lead x
      where x.workspace_id = ${w} and ${isOf(sql`x.owner_id`)} and x.deleted_at is null
        and x.status in ('new', 'working', 'nurture', 'qualified')
        and (x.flagged_at is not null or x.follow_up_on <= ${today}::date or (x.first_touch_at is null and x.sla_due_at is not null)
          or (x.hot_at is not null and x.first_touch_at is null))
        -- Its task says the same; a flag says more.
        and (x.flagged_at is not null or not exists (select 1 from task t where t.workspace_id = x.workspace_id and t.lead_id = x.id
          and t.done_at is null and t.deleted_at is null and t.due_on <= ${today}::date))`,
    activity: sql`
      select 'activity'::text as type, x.id, case when x.occurred_at::date < ${today}::date then 0 else 1 end as band,
        x.occurred_at::date as due, coalesce(o.amount_cents, 0) as amount, x.owner_id, 'outcome'::text as cause,
        jsonb_build_object('title', x.subject, 'kind', x.kind, 'opportunityId', o.id, 'recordName', o.name, 'occurredAt', x.occurred_at) as facts
      from activity x
      left join lateral (select l.opportunity_id from activity_link l where l.workspace_id = x.workspace_id and l.activity_id = x.id
        and l.opportunity_id is not null order by l.opportunity_id limit 1) k on true
      left join opportunity o on o.workspace_id = x.workspace_id and o.id = k.opportunity_id
      where x.workspace_id = ${w} and ${isOf(sql`x.owner_id`)} and x.is_auto_logged and x.outcome is null and x.deleted_at is null
        and x.kind <> 'note'`,
    coaching_item: sql`
      select 'coaching_item'::text as type, c.id, case when c.due_at < ${ctx.now().toISOString()}::timestamptz then 0
          when c.due_at::date <= ${today}::date then 1 else 2 end as band,
        c.due_at::date as due, coalesce(o.amount_cents, 0) as amount, c.rep_id as owner_id, c.state as cause,
        jsonb_build_object('title', c.comment, 'opportunityId', c.opportunity_id, 'recordName', o.name, 'severity', c.severity, 'dueAt', c.due_at) as facts
      from coaching_item c
      left join opportunity o on o.workspace_id = c.workspace_id and o.id = c.opportunity_id
      where c.workspace_id = ${w} and ${isOf(sql`c.rep_id`)} and c.state in ('open', 'reopened', 'escalated')`,
    opportunity: sql`
      select 'opportunity'::text as type, o.id,
        case when h.alerts ? 'next-step-overdue' or o.close_date < ${today}::date then 0
          when o.next_step_due = ${today}::date or o.close_date = ${today}::date then 1
          when h.is_at_risk then 2 else 3 end as band,
        least(o.next_step_due, o.close_date) as due, coalesce(o.amount_cents, 0) as amount, o.owner_id,
        h.is_at_risk::text || ' ' || h.alerts::text || coalesce((select string_agg(f ->> 'rule', ' ' order by f ->> 'rule')
          from jsonb_array_elements(h.factors) f), '') as cause,
        jsonb_build_object('title', o.name, 'opportunityId', o.id, 'recordName', a.name, 'stageName', s.name, 'score', h.score,
          'isAtRisk', h.is_at_risk, 'manualReason', h.manual_reason, 'factors', h.factors, 'alerts', h.alerts, 'nextStep', o.next_step,
          'nextStepDue', o.next_step_due, 'closeDate', o.close_date, 'version', o.version) as facts
      from opportunity_health h
      join opportunity o on o.workspace_id = h.workspace_id and o.id = h.opportunity_id
      join stage s on s.workspace_id = o.workspace_id and s.id = o.stage_id
      left join account a on a.workspace_id = o.workspace_id and a.id = o.account_id
      where h.workspace_id = ${w} and ${isOf(sql`o.owner_id`)} and o.stage_kind = 'open' and o.deleted_at is null
        and (h.is_at_risk or h.alerts <> '[]'::jsonb or o.next_step_due = ${today}::date or o.close_date <= ${today}::date)`,
  };
}
