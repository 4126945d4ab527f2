import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { account, appUser, contact, opportunity, opportunityContact, product, stage, task } from "#db/schema/index.ts";
import { accountCard, contactCard, dealCard, taskCard } from "#ai/records/cards.ts";
import type { Chunk } from "#ai/text/chunk.ts";
import type { RequestContext } from "#server/core/context.ts";
import { accountPrincipals, contactPrincipals, dealPrincipals } from "./principals.ts";
import type { SourceDocument } from "./source-document.ts";

const contactName = sql<string>`trim(${contact.firstName} || ' ' || ${contact.lastName})`;

/** Fact cards of accounts. Deleted and missing ones are left out, here and below. */
export async function loadAccountDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const parent = alias(account, "parent");
  const rows = await ctx.db
    .select({
      account,
      parentName: parent.name,
      ownerName: appUser.name,
      principals: sql<string[]>`${accountPrincipals(ctx, sql`${account.id}`)}`,
    })
    .from(account)
    .leftJoin(parent, and(eq(parent.workspaceId, account.workspaceId), eq(parent.id, account.parentAccountId)))
    .leftJoin(appUser, and(eq(appUser.workspaceId, account.workspaceId), eq(appUser.id, account.ownerId)))
    .where(and(eq(account.workspaceId, ctx.workspaceId), inArray(account.id, ids), isNull(account.deletedAt)));
  return rows.map(({ account: row, parentName, ownerName, principals }) => ({
    ...cardDocument("account", row.id, row.name, row.updatedAt),
    chunks: cardChunks(
      accountCard({ ...withoutNulls(row), parentName: parentName ?? undefined, ownerName: ownerName ?? undefined }),
    ),
    principals,
    about: refs({ account: [row.id, row.parentAccountId] }),
  }));
}

export async function loadContactDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      contact,
      name: contactName,
      accountName: account.name,
      principals: sql<string[]>`${contactPrincipals(ctx, sql`${contact.id}`)}`,
    })
    .from(contact)
    .leftJoin(account, and(eq(account.workspaceId, contact.workspaceId), eq(account.id, contact.accountId)))
    .where(and(eq(contact.workspaceId, ctx.workspaceId), inArray(contact.id, ids), isNull(contact.deletedAt)));
  return rows.map(({ contact: row, name, accountName, principals }) => ({
    ...cardDocument("contact", row.id, name, row.updatedAt),
    chunks: cardChunks(contactCard({ ...withoutNulls(row), name, accountName: accountName ?? undefined })),
    principals,
    about: refs({ contact: [row.id], account: [row.accountId] }),
  }));
}

export async function loadDealDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      deal: opportunity,
      stageName: stage.name,
      accountName: account.name,
      ownerName: appUser.name,
      productName: product.name,
      principals: sql<string[]>`${dealPrincipals(ctx, sql`${opportunity.id}`)}`,
    })
    .from(opportunity)
    .innerJoin(stage, and(eq(stage.workspaceId, opportunity.workspaceId), eq(stage.id, opportunity.stageId)))
    .innerJoin(appUser, and(eq(appUser.workspaceId, opportunity.workspaceId), eq(appUser.id, opportunity.ownerId)))
    .leftJoin(account, and(eq(account.workspaceId, opportunity.workspaceId), eq(account.id, opportunity.accountId)))
    .leftJoin(product, and(eq(product.workspaceId, opportunity.workspaceId), eq(product.id, opportunity.productId)))
    .where(
      and(eq(opportunity.workspaceId, ctx.workspaceId), inArray(opportunity.id, ids), isNull(opportunity.deletedAt)),
    );
  const contacts = await loadDealContacts(ctx, ids);
  return rows.map(({ deal, principals, ...names }) => ({
    ...cardDocument("opportunity", deal.id, deal.name, deal.updatedAt),
    chunks: cardChunks(
      dealCard({ ...withoutNulls(deal), ...withoutNulls(names), contacts: contacts.get(deal.id) ?? [] }),
    ),
    principals,
    about: refs({ opportunity: [deal.id], account: [deal.accountId] }),
  }));
}

export async function loadTaskDocuments(ctx: RequestContext, ids: string[]): Promise<SourceDocument[]> {
  const rows = await ctx.db
    .select({
      task,
      ownerName: appUser.name,
      dealAccountId: opportunity.accountId,
      principals: sql<string[]>`(array['owner:' || ${task.ownerId}]
        || ${dealPrincipals(ctx, sql`${task.opportunityId}`)} || ${accountPrincipals(ctx, sql`${task.accountId}`)})`,
    })
    .from(task)
    .innerJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, task.ownerId)))
    .leftJoin(opportunity, and(eq(opportunity.workspaceId, task.workspaceId), eq(opportunity.id, task.opportunityId)))
    .where(and(eq(task.workspaceId, ctx.workspaceId), inArray(task.id, ids), isNull(task.deletedAt)));
  return rows.map(({ task: row, ownerName, dealAccountId, principals }) => ({
    ...cardDocument("task", row.id, row.title, row.updatedAt),
    chunks: cardChunks(taskCard({ ...withoutNulls(row), ownerName })),
    principals,
    about: refs({
      task: [row.id],
      opportunity: [row.opportunityId],
      account: [row.accountId, dealAccountId],
      contact: [row.contactId],
    }),
  }));
}

/** The people of each deal with their roles, by name. */
export async function loadDealContacts(
  ctx: RequestContext,
  dealIds: string[],
): Promise<Map<string, { id: string; name: string; role: string | undefined }[]>> {
  const rows = await ctx.db
    .select({
      dealId: opportunityContact.opportunityId,
      id: contact.id,
      name: contactName,
      role: opportunityContact.role,
    })
    .from(opportunityContact)
    .innerJoin(
      contact,
      and(eq(contact.workspaceId, opportunityContact.workspaceId), eq(contact.id, opportunityContact.contactId)),
    )
    .where(
      and(
        eq(opportunityContact.workspaceId, ctx.workspaceId),
        inArray(opportunityContact.opportunityId, dealIds),
        isNull(contact.deletedAt),
      ),
    )
    .orderBy(contactName, contact.id);
  const byDeal = new Map<string, { id: string; name: string; role: string | undefined }[]>();
  for (const { dealId, id, name, role } of rows)
    byDeal.set(dealId, [...(byDeal.get(dealId) ?? []), { id, name, role: role ?? undefined }]);
  return byDeal;
}

/** The row with `undefined` for null, as the pure code wants it. */
export function withoutNulls<Row extends object>(
  row: Row,
): { [Key in keyof Row]: null extends Row[Key] ? Exclude<Row[Key], null> | undefined : Row[Key] } {
  // Safe: every null becomes undefined and nothing else changes, which is what the type says.
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? undefined])) as ReturnType<
    typeof withoutNulls<Row>
  >;
}

/** References without nulls and repetitions. */
export function refs(ids: Partial<Record<string, (string | null | undefined)[]>>): { type: string; id: string }[] {
  return Object.entries(ids).flatMap(([type, list]) => [...new Set(list)].flatMap((id) => (id ? [{ type, id }] : [])));
}

function cardChunks(body: string): Chunk[] {
  return body === "" ? [] : [{ seq: 0, charFrom: 0, charTo: body.length, body }];
}

function cardDocument(kind: SourceDocument["kind"], id: string, title: string, occurredAt: Date) {
  return {
    kind,
    id,
    title,
    occurredAt,
    scopeKind: "record" as const,
    authorName: null,
    isTainted: false,
    isFromCustomer: false,
  };
}
