import { sql, type SQL } from "drizzle-orm";
import { todaySql } from "./gates/criteria.ts";

/** From this value on a deal without a next step is a manager's matter. */
export const LARGE_DEAL_CENTS = 5_000_000;
/** Refusals of one gate within so many days that call for a manager. */
const REFUSALS = 2;
const REFUSAL_DAYS = 14;
/** A chance that nobody has confirmed for so long is stale. */
const STALE_PROBABILITY_DAYS = 30;

const ago = (now: Date, days: SQL | number): SQL =>
  sql`(${now.toISOString()}::timestamptz - make_interval(days => ${days}))`;
const idleDays = sql`(select s.idle_days from stage s where s.workspace_id = opportunity.workspace_id and s.id = opportunity.stage_id)`;
const isOpen = sql`opportunity.stage_kind = 'open'`;
const hasNoNextStep = sql`(opportunity.next_step is null or opportunity.next_step_due is null)`;

/** Open, and nothing has happened for longer than its stage allows. Every expression here is about the row of `opportunity` at hand. */
export const isStalledSql = (now: Date): SQL<boolean> =>
  sql`(${isOpen} and greatest(coalesce(opportunity.last_activity_at, opportunity.stage_entered_at), opportunity.stage_entered_at) < ${ago(now, idleDays)})`;

/** The close date has passed, or was pushed. */
const isSlippedSql = (now: Date): SQL =>
  sql`(${isOpen} and (opportunity.close_date < ${todaySql(now)} or opportunity.close_date_pushes > 0))`;

const isRefusedAgain = (now: Date): SQL =>
  sql`(select count(*) from gate_refusal g where g.workspace_id = opportunity.workspace_id and g.opportunity_id = opportunity.id
    and g.created_at > ${ago(now, REFUSAL_DAYS)}) >= ${REFUSALS}`;

const hasOverdueCoaching = (now: Date): SQL =>
  sql`exists (select from coaching_item ci where ci.workspace_id = opportunity.workspace_id and ci.opportunity_id = opportunity.id
    and ci.acknowledged_at is null and ci.state in ('open', 'reopened', 'escalated') and ci.due_at < ${now.toISOString()}::timestamptz)`;

/** Stalled, slipped, large without a next step, coaching unanswered past its time, or refused by a gate again and again. */
export const needsManagerSql = (now: Date): SQL =>
  sql`(${isOpen} and (${isStalledSql(now)} or ${isSlippedSql(now)} or ${hasOverdueCoaching(now)} or ${isRefusedAgain(now)}
    or (opportunity.amount_cents > ${LARGE_DEAL_CENTS} and ${hasNoNextStep})))`;

/** As the deal's health says; until it is first computed: stalled, pushed twice, or its close date or next step has passed. */
export const isAtRiskSql = (now: Date): SQL<boolean> =>
  sql`(${isOpen} and coalesce((select coalesce(h.manual_at_risk, h.is_at_risk) from opportunity_health h
      where h.workspace_id = opportunity.workspace_id and h.opportunity_id = opportunity.id),
    ${isStalledSql(now)} or opportunity.close_date_pushes >= 2 or opportunity.close_date < ${todaySql(now)}
    or opportunity.next_step_due < ${todaySql(now)}))`;

export const hasNoNextStepSql = sql`(${isOpen} and ${hasNoNextStep})`;

export const QUALITY_RULES = ["closeDate", "amount", "contactRole", "nextStep", "probability"] as const;
export type QualityRule = (typeof QUALITY_RULES)[number];

const quality = (now: Date): Record<QualityRule, SQL> => ({
  closeDate: sql`(opportunity.close_date is null or opportunity.close_date < ${todaySql(now)})`,
  amount: sql`coalesce(opportunity.amount_cents, 0) = 0`,
  contactRole: sql`not exists (select from opportunity_contact oc where oc.workspace_id = opportunity.workspace_id
    and oc.opportunity_id = opportunity.id and oc.role is not null)`,
  nextStep: hasNoNextStep,
  probability: sql`opportunity.probability_set_at < ${ago(now, STALE_PROBABILITY_DAYS)}`,
});

/** Whether an open deal breaks the data-quality rule, or any of them. */
export function breaksQualitySql(rule: QualityRule | "any", now: Date): SQL<boolean> {
  const rules = quality(now);
  const broken = rule === "any" ? sql.join(Object.values(rules), sql` or `) : rules[rule];
  return sql`(${isOpen} and (${broken}))`;
}

/** The data-quality rules that an open deal breaks, as an array of text. */
export const brokenQualitySql = (now: Date): SQL<QualityRule[]> =>
  sql`case when ${isOpen} then array_remove(array[${sql.join(
    Object.entries(quality(now)).map(([rule, broken]) => sql`case when ${broken} then ${rule}::text end`),
    sql`, `,
  )}], null) else '{}'::text[] end`;
