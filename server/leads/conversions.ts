import { and, desc, eq, isNull } from "drizzle-orm";
import { account, appUser, contact, leadConversion, opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import type { Lead } from "./locked-lead.ts";

/** What a converted lead became, as far as the caller may see it. */
export async function findConversion(ctx: RequestContext, row: Lead) {
  if (row.status !== "converted") return null;
  const [found] = await ctx.db
    .select({
      id: leadConversion.id,
      accountId: leadConversion.accountId,
      accountName: account.name,
      contactId: leadConversion.contactId,
      contactFirstName: contact.firstName,
      contactLastName: contact.lastName,
      opportunityId: leadConversion.opportunityId,
      opportunityName: opportunity.name,
      sourcedById: leadConversion.sourcedById,
      sourcedByName: appUser.name,
      handoverNote: leadConversion.handoverNote,
      undoUntil: leadConversion.undoUntil,
      createdAt: leadConversion.createdAt,
    })
    .from(leadConversion)
    .leftJoin(
      account,
      and(eq(account.workspaceId, leadConversion.workspaceId), eq(account.id, leadConversion.accountId)),
    )
    .leftJoin(
      contact,
      and(eq(contact.workspaceId, leadConversion.workspaceId), eq(contact.id, leadConversion.contactId)),
    )
    .leftJoin(
      opportunity,
      and(eq(opportunity.workspaceId, leadConversion.workspaceId), eq(opportunity.id, leadConversion.opportunityId)),
    )
    .leftJoin(
      appUser,
      and(eq(appUser.workspaceId, leadConversion.workspaceId), eq(appUser.id, leadConversion.sourcedById)),
    )
    .where(
      and(
        eq(leadConversion.workspaceId, ctx.workspaceId),
        eq(leadConversion.leadId, row.id),
        isNull(leadConversion.undoneAt),
      ),
    )
    .orderBy(desc(leadConversion.createdAt))
    .limit(1);
  return found ? { ...found, canUndo: found.undoUntil > ctx.now() } : null;
}
