import { sql } from "drizzle-orm";
import type { Attitude, Influence } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireReadable } from "./queries.ts";

export interface MapPerson {
  id: string;
  name: string;
  title: string | null;
  reportsToId: string | null;
  influence: Influence | null;
  attitude: Attitude | null;
  /** In open deals of this account, and at the account itself. */
  roles: string[];
  /** When somebody of us last had contact with this person. */
  lastContactAt: string | null;
  /** Contacts in the last 90 days. */
  touches: number;
}

export interface MapGap {
  rule: "no_decision_maker" | "no_contact" | "one_contact_only" | "silent_champion" | "nobody";
  label: string;
  /** Whom it is about. */
  contactId: string | null;
}

const MOST = 200;
/** A champion who was not spoken to for so long is silent. */
const SILENT_DAYS = 30;
const DAY_MS = 86_400_000;

/** The people of an account, how they stand to each other and to us, and what is missing. @throws NotFoundError */
export async function getRelationshipMap(
  ctx: RequestContext,
  { accountId }: { accountId: string },
): Promise<{ people: MapPerson[]; gaps: MapGap[]; isCut: boolean }> {
  requirePermission(ctx, "contact:read");
  return withTransaction(ctx, async (ctx) => {
    await requireReadable(ctx, accountId);
    const rows = await ctx.db.execute<MapPerson & Record<string, unknown>>(sql`
      select c.id, trim(c.first_name || ' ' || c.last_name) as name, c.title, c.reports_to_id as "reportsToId", c.influence, c.attitude,
        array(select distinct role from (
            select x.role from account_contact x
              where x.workspace_id = c.workspace_id and x.account_id = ${accountId} and x.contact_id = c.id
            union all select oc.role from opportunity_contact oc
              join opportunity o on o.workspace_id = oc.workspace_id and o.id = oc.opportunity_id
              where oc.workspace_id = c.workspace_id and oc.contact_id = c.id and o.account_id = ${accountId}
                and o.stage_kind = 'open' and o.deleted_at is null and oc.role is not null) roles order by role) as roles,
        (select max(l.occurred_at) from activity_link l where l.workspace_id = c.workspace_id and l.contact_id = c.id
          and l.occurred_at <= ${ctx.now().toISOString()}) as "lastContactAt",
        (select count(*)::int from activity_link l where l.workspace_id = c.workspace_id and l.contact_id = c.id
          and l.occurred_at between ${new Date(ctx.now().getTime() - 90 * DAY_MS).toISOString()} and ${ctx.now().toISOString()}) as touches
      from contact c
      where c.workspace_id = ${ctx.workspaceId} and c.deleted_at is null and (c.account_id = ${accountId} or c.id in (
        select x.contact_id from account_contact x where x.workspace_id = ${ctx.workspaceId} and x.account_id = ${accountId}))
      order by c.last_name, c.id limit ${MOST + 1}`);
    const people = rows.slice(0, MOST).map((row) => ({
      ...row,
      lastContactAt: row.lastContactAt === null ? null : new Date(row.lastContactAt).toISOString(),
    }));
    return { people, gaps: findGaps(people, ctx.now()), isCut: rows.length > MOST };
  });
}

/** What a map lacks, most important first; equal people give equal gaps. */
export function findGaps(people: readonly MapPerson[], now: Date): MapGap[] {
  if (people.length === 0) return [{ rule: "nobody", label: "Nobody is known here yet", contactId: null }];
  const gaps: MapGap[] = [];
  if (!people.some(({ roles }) => roles.includes("Decision Maker")))
    gaps.push({ rule: "no_decision_maker", label: "No decision maker is named", contactId: null });
  const [only, ...others] = people.filter(({ touches }) => touches > 0);
  if (!only) gaps.push({ rule: "no_contact", label: "Nobody was spoken to in 90 days", contactId: null });
  else if (others.length === 0) {
    const { id, name } = only;
    gaps.push({
      rule: "one_contact_only",
      label: `Everything hangs on ${name}: nobody else was spoken to in 90 days`,
      contactId: id,
    });
  }
  for (const { id, name, roles, attitude, lastContactAt } of people) {
    if (attitude !== "champion" && !roles.includes("Champion")) continue;
    const days = lastContactAt ? Math.floor((now.getTime() - new Date(lastContactAt).getTime()) / DAY_MS) : undefined;
    if (days === undefined)
      gaps.push({ rule: "silent_champion", label: `Champion ${name} was never spoken to`, contactId: id });
    else if (days > SILENT_DAYS)
      gaps.push({
        rule: "silent_champion",
        label: `Champion ${name} has been silent for ${String(days)} days`,
        contactId: id,
      });
  }
  return gaps;
}
