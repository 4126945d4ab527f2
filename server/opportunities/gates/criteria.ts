import { sql, type SQL } from "drizzle-orm";
import type { ExitCriterion } from "#db/schema/index.ts";

/** What tells a criterion from others of the same deal; waivers name it. */
export function criterionKey(criterion: ExitCriterion): string {
  switch (criterion.kind) {
    case "field":
      return `field:${criterion.field}`;
    case "stageField":
      return `stageField:${criterion.key}${criterion.accept ? `=${criterion.accept.join("|")}` : ""}`;
    case "change":
      return `change:${criterion.from}>${criterion.to}`;
    case "activity":
      return `activity:${criterion.activity}`;
    case "contactRole":
      return `contactRole:${criterion.role ?? "*"}`;
    case "teamRole":
      return `teamRole:${criterion.role}`;
  }
}

const value = (key: string): SQL => sql`(opportunity.stage_data ->> ${key}::text)`;
const amount = (key: string): SQL => sql`(opportunity.stage_data ->> ${key}::text)::numeric`;

/**
 * Whether the row of `opportunity` at hand has what the criterion asks; never null. The one place that knows: the gate, the
 * board and the filter "ready to advance" all ask it.
 * @param now the moment that decides which day is today in the workspace's time zone
 */
export function isMetSql(criterion: ExitCriterion, now: Date): SQL<boolean> {
  switch (criterion.kind) {
    case "field":
      return FIELDS[criterion.field](now);
    case "stageField": {
      const has = criterion.accept
        ? sql`coalesce(${value(criterion.key)} = any (${textArray(criterion.accept)}), false)`
        : sql`${value(criterion.key)} is not null`;
      if (!criterion.unless) return has as SQL<boolean>;
      return sql`(${has} or coalesce(${value(criterion.unless.key)} = ${criterion.unless.equals}::text, false))`;
    }
    case "change":
      return sql`(coalesce(abs(${amount(criterion.to)} - ${amount(criterion.from)}) <= ${amount(criterion.from)} * ${criterion.maxPercent}::numeric / 100, true)
        or coalesce(${value(criterion.approval)} = 'approved', false))`;
    case "activity":
      return sql`exists (select from activity_link l join activity a on a.workspace_id = l.workspace_id and a.id = l.activity_id
        where l.workspace_id = opportunity.workspace_id and l.opportunity_id = opportunity.id and a.deleted_at is null
          and a.kind = ${criterion.activity}::text and a.occurred_at >= opportunity.stage_entered_at)`;
    case "contactRole":
      return sql`exists (select from opportunity_contact oc join contact c on c.workspace_id = oc.workspace_id and c.id = oc.contact_id
        where oc.workspace_id = opportunity.workspace_id and oc.opportunity_id = opportunity.id and c.deleted_at is null
          and (${criterion.role}::text is null or oc.role = ${criterion.role}::text))`;
    case "teamRole":
      return sql`exists (select from opportunity_team ot where ot.workspace_id = opportunity.workspace_id
        and ot.opportunity_id = opportunity.id and ot.role = ${criterion.role}::text)`;
  }
}

/** Whether a waiver of the criterion holds at that moment. */
export const isWaivedSql = (key: string, now: Date): SQL<boolean> =>
  sql`exists (select from stage_waiver w where w.workspace_id = opportunity.workspace_id and w.opportunity_id = opportunity.id
    and w.criterion_key = ${key}::text and w.expires_at > ${now.toISOString()}::timestamptz)`;

/** Today where the workspace is. */
export const todaySql = (now: Date): SQL =>
  sql`(select (${now.toISOString()}::timestamptz at time zone ws.time_zone)::date from workspace ws where ws.id = opportunity.workspace_id)`;

const FIELDS: Record<Extract<ExitCriterion, { kind: "field" }>["field"], (now: Date) => SQL<boolean>> = {
  amountCents: () => sql`coalesce(opportunity.amount_cents > 0, false)`,
  closeDate: (now) => sql`coalesce(opportunity.close_date >= ${todaySql(now)}, false)`,
  nextStep: (now) =>
    sql`(opportunity.next_step is not null and coalesce(opportunity.next_step_due >= ${todaySql(now)}, false))`,
  accountId: () => sql`opportunity.account_id is not null`,
};

const textArray = (values: string[]): SQL =>
  sql`array[${sql.join(
    values.map((one) => sql`${one}::text`),
    sql`, `,
  )}]`;
