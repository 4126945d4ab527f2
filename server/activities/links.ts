import { and, eq, inArray, isNull } from "drizzle-orm";
import { z } from "zod";
import { account, activityLink, contact, lead, opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";

export const LINK_TYPES = ["account", "contact", "opportunity", "lead"] as const;
export type LinkType = (typeof LINK_TYPES)[number];

/** The records an activity or task belongs to: the usual three by name, any others in a list. */
export const LinkFields = {
  accountId: z.uuid().nullish(),
  contactId: z.uuid().nullish(),
  opportunityId: z.uuid().nullish(),
  leadId: z.uuid().nullish(),
  also: z
    .array(z.strictObject({ type: z.enum(LINK_TYPES), id: z.uuid() }))
    .max(20, "At most twenty more records")
    .default([]),
};
type LinkInput = { [Type in LinkType as `${Type}Id`]?: string | null | undefined } & {
  also?: { type: LinkType; id: string }[];
};

export type LinkedDeal = Pick<
  typeof opportunity.$inferSelect,
  "id" | "name" | "ownerId" | "accountId" | "stageKind" | "nextStep" | "nextStepDue"
>;

export interface Links {
  ids: Record<LinkType, string[]>;
  deals: LinkedDeal[];
}

/**
 * The records named, each once, and the accounts of the opportunities among them unless an account is named.
 * @throws NotFoundError for one this user may not open; InvalidInputError when none is named
 */
export async function resolveLinks(ctx: RequestContext, input: LinkInput): Promise<Links> {
  const ids: Links["ids"] = { account: [], contact: [], opportunity: [], lead: [] };
  for (const type of LINK_TYPES) {
    const named = [input[`${type}Id`], ...(input.also ?? []).filter((link) => link.type === type).map(({ id }) => id)];
    ids[type] = [...new Set(named.filter((id): id is string => Boolean(id)))];
  }
  if (LINK_TYPES.every((type) => ids[type].length === 0))
    throw new InvalidInputError("An activity belongs to a lead, an account, a contact or an opportunity", {
      opportunityId: "missing",
    });
  await requireRecords(ctx, account, "Account", ids.account);
  await requireRecords(ctx, contact, "Contact", ids.contact);
  await requireRecords(ctx, lead, "Lead", ids.lead);
  const deals = await loadDeals(ctx, ids.opportunity);
  if (ids.account.length === 0) ids.account = [...new Set(deals.flatMap((deal) => deal.accountId ?? []))];
  return { ids, deals };
}

/** Rows that put the activity on the timeline of each record. */
export const toLinkRows = (
  workspaceId: string,
  activityId: string,
  occurredAt: Date,
  { ids }: Links,
): (typeof activityLink.$inferInsert)[] => {
  const common = { workspaceId, activityId, occurredAt };
  return [
    ...ids.opportunity.map((opportunityId) => ({ ...common, opportunityId })),
    ...ids.lead.map((leadId) => ({ ...common, leadId })),
    ...ids.contact.map((contactId) => ({ ...common, contactId })),
    ...ids.account.map((accountId) => ({ ...common, accountId })),
  ];
};

async function loadDeals(ctx: RequestContext, ids: string[]): Promise<LinkedDeal[]> {
  if (ids.length === 0) return [];
  const { id, name, ownerId, accountId, stageKind, nextStep, nextStepDue } = opportunity;
  const rows = await ctx.db
    .select({ id, name, ownerId, accountId, stageKind, nextStep, nextStepDue })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), inArray(id, ids), isNull(opportunity.deletedAt)));
  return ids.map((wanted) => {
    const row = rows.find((one) => one.id === wanted);
    if (!row) throw new NotFoundError("Opportunity", wanted);
    return row;
  });
}

async function requireRecords(
  ctx: RequestContext,
  table: typeof account | typeof contact | typeof lead,
  name: string,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.workspaceId, ctx.workspaceId), inArray(table.id, ids), isNull(table.deletedAt)));
  for (const id of ids) if (!rows.some((row) => row.id === id)) throw new NotFoundError(name, id);
}
