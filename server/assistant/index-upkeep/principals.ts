import { sql, type SQL } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";

type SharedType = "account" | "opportunity" | "contact";

/*
 * Who may read a record, as an SQL expression of type text[]. These expressions repeat what the row-level policies say
 * (db/migrations/0002_tenancy.sql); a test asks both and fails when they differ. An id that is null gives an empty array.
 */

export const dealPrincipals = (ctx: RequestContext, id: SQL): SQL => sql`(
  array(select 'owner:' || o.owner_id from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.id = ${id})
  || ${sharedWith(ctx, "opportunity", id)})`;

/** The account's owner, the owners of its opportunities, and those it was shared with. */
export const accountPrincipals = (ctx: RequestContext, id: SQL): SQL => sql`(
  array(select 'owner:' || a.owner_id from account a where a.workspace_id = ${ctx.workspaceId} and a.id = ${id} and a.owner_id is not null)
  || array(select distinct 'owner:' || o.owner_id from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.account_id = ${id})
  || ${sharedWith(ctx, "account", id)})`;

/** Of the account a person works for and of those at which he has a role. */
export const contactPrincipals = (ctx: RequestContext, id: SQL): SQL => sql`coalesce((
  select array_remove(array['owner:' || c.owner_id], null) || ${accountPrincipals(ctx, sql`c.account_id`)} || ${sharedWith(ctx, "contact", id)}
    || array(select distinct p from account_contact x cross join lateral unnest(${accountPrincipals(ctx, sql`x.account_id`)}) as p
      where x.workspace_id = ${ctx.workspaceId} and x.contact_id = c.id)
  from contact c where c.workspace_id = ${ctx.workspaceId} and c.id = ${id}), '{}')`;

/** Whoever may read one of the records an activity is linked to. */
export const linkPrincipals = (ctx: RequestContext, activityId: SQL): SQL => sql`array(
  select distinct p from activity_link l
    cross join lateral unnest(
      case when l.opportunity_id is not null then ${dealPrincipals(ctx, sql`l.opportunity_id`)}
           when l.account_id is not null then ${accountPrincipals(ctx, sql`l.account_id`)}
           else ${contactPrincipals(ctx, sql`l.contact_id`)} end) as p
  where l.workspace_id = ${ctx.workspaceId} and l.activity_id = ${activityId})`;

function sharedWith(ctx: RequestContext, type: SharedType, id: SQL): SQL {
  return sql`array(select 'user:' || s.user_id from record_share s
    where s.workspace_id = ${ctx.workspaceId} and s.record_type = ${type} and s.record_id = ${id})`;
}

/** Sorted and without repetitions: equal sets are equal arrays. */
export const sortPrincipals = (principals: readonly string[]): string[] => [...new Set(principals)].sort();
