import { and, eq, isNull, or, ilike, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { z } from "zod";
import { account, accountContact, appUser, contact, opportunity, opportunityContact } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { likePattern } from "#server/core/like-pattern.ts";
import { COUNT_CAP, keyset, PageInput, toPage, type KeysetOrder } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const ListContactsInput = PageInput.extend({
  query: z.string().trim().max(200).optional(),
  accountId: z.uuid().optional(),
});

const order: KeysetOrder = {
  expression: sql`lower(${contact.lastName})`,
  type: "text",
  isDescending: false,
  id: sql`${contact.id}`,
};

/** One page of the contacts the caller may see, by last name. */
export async function listContacts(ctx: RequestContext, input: z.infer<typeof ListContactsInput>) {
  requirePermission(ctx, "contact:read");
  const { after, orderBy } = keyset(order, input.cursor);
  const pattern = input.query ? likePattern(input.query) : undefined;
  const filter = and(
    eq(contact.workspaceId, ctx.workspaceId),
    isNull(contact.deletedAt),
    input.accountId
      ? sql`(${contact.accountId} = ${input.accountId} or ${contact.id} in (select x.contact_id from account_contact x
          where x.workspace_id = ${ctx.workspaceId} and x.account_id = ${input.accountId}))`
      : undefined,
    pattern
      ? or(ilike(sql`${contact.firstName} || ' ' || ${contact.lastName}`, pattern), ilike(contact.email, pattern))
      : undefined,
  );
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db
      .select({
        id: contact.id,
        firstName: contact.firstName,
        lastName: contact.lastName,
        title: contact.title,
        email: contact.email,
        phone: contact.phone,
        accountId: contact.accountId,
        accountName: account.name,
        sortKey: sql<string>`(${order.expression})::text`,
      })
      .from(contact)
      .leftJoin(account, and(eq(account.workspaceId, contact.workspaceId), eq(account.id, contact.accountId)))
      .where(and(filter, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1);
    const capped = ctx.db
      .select({ one: sql`1` })
      .from(contact)
      .where(filter)
      .limit(COUNT_CAP + 1)
      .as("capped");
    const [counted] = input.cursor
      ? []
      : await ctx.db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(capped);
    return { ...toPage(rows, input.limit), count: counted?.count ?? null };
  });
}

const above = alias(contact, "above");

/** The contact with account, owner, who is above him, and the accounts and opportunities he has a role in. @throws NotFoundError */
export async function getContact(ctx: RequestContext, { contactId }: { contactId: string }) {
  requirePermission(ctx, "contact:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({
        contact,
        accountName: account.name,
        ownerName: appUser.name,
        reportsToName: sql<string | null>`trim(${above.firstName} || ' ' || ${above.lastName})`,
      })
      .from(contact)
      .leftJoin(account, and(eq(account.workspaceId, contact.workspaceId), eq(account.id, contact.accountId)))
      .leftJoin(appUser, and(eq(appUser.workspaceId, contact.workspaceId), eq(appUser.id, contact.ownerId)))
      .leftJoin(above, and(eq(above.workspaceId, contact.workspaceId), eq(above.id, contact.reportsToId)))
      .where(and(eq(contact.workspaceId, ctx.workspaceId), eq(contact.id, contactId), isNull(contact.deletedAt)));
    if (!row) throw new NotFoundError("Contact", contactId);
    const opportunities = await ctx.db
      .select({
        id: opportunity.id,
        name: opportunity.name,
        role: opportunityContact.role,
        stageKind: opportunity.stageKind,
      })
      .from(opportunityContact)
      .innerJoin(
        opportunity,
        and(
          eq(opportunity.workspaceId, opportunityContact.workspaceId),
          eq(opportunity.id, opportunityContact.opportunityId),
        ),
      )
      .where(
        and(
          eq(opportunityContact.workspaceId, ctx.workspaceId),
          eq(opportunityContact.contactId, contactId),
          isNull(opportunity.deletedAt),
        ),
      )
      .limit(100);
    const accountRoles = await ctx.db
      .select({ accountId: account.id, accountName: account.name, role: accountContact.role })
      .from(accountContact)
      .innerJoin(
        account,
        and(eq(account.workspaceId, accountContact.workspaceId), eq(account.id, accountContact.accountId)),
      )
      .where(and(eq(accountContact.workspaceId, ctx.workspaceId), eq(accountContact.contactId, contactId)))
      .orderBy(account.name)
      .limit(100);
    const { accountName, ownerName, reportsToName } = row;
    return { ...row.contact, accountName, ownerName, reportsToName, opportunities, accountRoles };
  });
}
