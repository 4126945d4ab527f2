import { and, asc, desc, eq, inArray, isNull, or, sql, type SQL } from "drizzle-orm";
import {
  account,
  activity,
  activityLink,
  appUser,
  contact,
  opportunity,
  opportunityContact,
  product,
  stage,
  task,
} from "#db/schema/index.ts";
import type { AccountFacts, TaskFacts } from "#ai/records/cards.ts";
import type { DealSummaryFacts, LastActivity, PersonFacts } from "#ai/summary/input.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { loadDealContacts, withoutNulls } from "../index-upkeep/load-records.ts";
import type { Subject } from "./subject.ts";

const MOST_DEALS = 100;
const MOST_PEOPLE = 50;
const MOST_TASKS = 50;

/** A subject as this user may see it: nothing here goes past the policies of the records. All for use inside a transaction. */
export async function loadAccountFacts(ctx: RequestContext, accountId: string): Promise<AccountFacts> {
  const [row] = await ctx.db
    .select({ account, ownerName: appUser.name })
    .from(account)
    .leftJoin(appUser, and(eq(appUser.workspaceId, account.workspaceId), eq(appUser.id, account.ownerId)))
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, accountId), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", accountId);
  return { ...withoutNulls(row.account), ownerName: row.ownerName ?? undefined };
}

export type DealRow = DealSummaryFacts & {
  accountId: string | undefined;
  ownerId: string;
  stageId: string;
  version: number;
};

/** The opportunity itself, or the account's opportunities, the largest first. @throws NotFoundError for an opportunity that is not there for this user. */
export async function loadDealFacts(ctx: RequestContext, subject: Subject): Promise<DealRow[]> {
  const rows = await loadDealsBy(
    ctx,
    subject.type === "opportunity" ? eq(opportunity.id, subject.id) : eq(opportunity.accountId, subject.id),
  );
  if (subject.type === "opportunity" && rows.length === 0) throw new NotFoundError("Opportunity", subject.id);
  return rows;
}

/** Those of the opportunities that are there, the largest first, at most a hundred. */
export async function loadDealsBy(ctx: RequestContext, which: SQL): Promise<DealRow[]> {
  const rows = await ctx.db
    .select({
      deal: opportunity,
      stageName: stage.name,
      accountName: account.name,
      ownerName: appUser.name,
      productName: product.name,
    })
    .from(opportunity)
    .innerJoin(stage, and(eq(stage.workspaceId, opportunity.workspaceId), eq(stage.id, opportunity.stageId)))
    .innerJoin(appUser, and(eq(appUser.workspaceId, opportunity.workspaceId), eq(appUser.id, opportunity.ownerId)))
    .leftJoin(account, and(eq(account.workspaceId, opportunity.workspaceId), eq(account.id, opportunity.accountId)))
    .leftJoin(product, and(eq(product.workspaceId, opportunity.workspaceId), eq(product.id, opportunity.productId)))
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), which, isNull(opportunity.deletedAt)))
    .orderBy(
      sql`${opportunity.stageKind} = 'open' desc`,
      sql`${opportunity.amountCents} desc nulls last`,
      asc(opportunity.id),
    )
    .limit(MOST_DEALS);
  const contacts = await loadDealContacts(
    ctx,
    rows.map(({ deal }) => deal.id),
  );
  return rows.map(({ deal, ...names }) => ({
    ...withoutNulls(deal),
    ...withoutNulls(names),
    contacts: contacts.get(deal.id) ?? [],
  }));
}

/** People of the account and of the deals, with their role and when they were last heard of. */
export async function loadPeople(
  ctx: RequestContext,
  accountId: string | undefined,
  dealIds: string[],
): Promise<PersonFacts[]> {
  const onDeal = sql`exists (select 1 from ${opportunityContact} l where l.workspace_id = ${ctx.workspaceId} and l.contact_id = contact.id
    and l.opportunity_id = any(${`{${dealIds.join(",")}}`}::uuid[]))`;
  const rows = await ctx.db
    .select({
      contact,
      name: sql<string>`trim(${contact.firstName} || ' ' || ${contact.lastName})`,
      role: sql<
        string | null
      >`(select l.role from opportunity_contact l where l.workspace_id = ${ctx.workspaceId} and l.contact_id = contact.id
        and l.opportunity_id = any(${`{${dealIds.join(",")}}`}::uuid[]) and l.role is not null order by l.role = 'Decision Maker' desc, l.role limit 1)`,
      lastHeardAt: lastHeard(ctx),
    })
    .from(contact)
    .where(
      and(
        eq(contact.workspaceId, ctx.workspaceId),
        isNull(contact.deletedAt),
        accountId ? or(eq(contact.accountId, accountId), onDeal) : onDeal,
      ),
    )
    .orderBy(asc(contact.lastName), asc(contact.id))
    .limit(MOST_PEOPLE);
  return rows.map(({ contact: row, name, role, lastHeardAt }) => ({
    ...withoutNulls(row),
    name,
    role: role ?? undefined,
    lastHeardAt: lastHeardAt ? new Date(lastHeardAt) : undefined,
  }));
}

/** A person is heard of when he writes, or when one speaks with him: calls, meetings, visits. */
export const lastHeard = (ctx: RequestContext) => sql<string | null>`(select max(l.occurred_at) from activity_link l
  join activity a on a.workspace_id = l.workspace_id and a.id = l.activity_id
  where l.workspace_id = ${ctx.workspaceId} and l.contact_id = contact.id and a.deleted_at is null
    and (a.direction = 'inbound' or a.kind in ('call', 'meeting', 'visit')))`;

export async function loadOpenTasks(
  ctx: RequestContext,
  accountId: string | undefined,
  dealIds: string[],
): Promise<TaskFacts[]> {
  const rows = await ctx.db
    .select({ task, ownerName: appUser.name })
    .from(task)
    .innerJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, task.ownerId)))
    .where(
      and(
        eq(task.workspaceId, ctx.workspaceId),
        isNull(task.deletedAt),
        isNull(task.doneAt),
        or(
          accountId ? eq(task.accountId, accountId) : undefined,
          dealIds.length > 0 ? inArray(task.opportunityId, dealIds) : undefined,
          sql`false`,
        ),
      ),
    )
    .orderBy(asc(task.dueOn), asc(task.id))
    .limit(MOST_TASKS);
  return rows.map(({ task: row, ownerName }) => ({ ...withoutNulls(row), ownerName }));
}

export async function loadLastActivity(ctx: RequestContext, subject: Subject): Promise<LastActivity | undefined> {
  const [row] = await ctx.db
    .select({ id: activity.id, kind: activity.kind, subject: activity.subject, at: activity.occurredAt })
    .from(activityLink)
    .innerJoin(
      activity,
      and(eq(activity.workspaceId, activityLink.workspaceId), eq(activity.id, activityLink.activityId)),
    )
    .where(
      and(
        eq(activityLink.workspaceId, ctx.workspaceId),
        subject.type === "account"
          ? eq(activityLink.accountId, subject.id)
          : eq(activityLink.opportunityId, subject.id),
        isNull(activity.deletedAt),
        sql`${activity.occurredAt} <= ${ctx.now().toISOString()}::timestamptz`,
      ),
    )
    .orderBy(desc(activityLink.occurredAt), desc(activity.id))
    .limit(1);
  return row && { record: { type: "activity", id: row.id }, kind: row.kind, subject: row.subject, at: row.at };
}
