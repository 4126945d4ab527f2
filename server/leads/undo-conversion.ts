import { and, desc, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { account, activityLink, contact, leadConversion, opportunity, recordShare, task } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ConflictError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction, withWholeWorkspace } from "#server/core/transaction.ts";
import { lockLead, setLead, type Lead } from "./locked-lead.ts";

type Conversion = typeof leadConversion.$inferSelect;

/**
 * Takes a conversion back as one act: what it made goes (and can be restored), the lead is as it was, and what was logged on the deal
 * meanwhile is kept on the lead.
 * @throws ConflictError when the time is over or the deal was worked on.
 */
export async function undoConversion(ctx: RequestContext, { leadId }: { leadId: string }): Promise<void> {
  requirePermission(ctx, "lead:convert");
  await withTransaction(ctx, async (ctx) => {
    const row = await lockLead(ctx, leadId);
    const done = await findUndoable(ctx, row);
    await withWholeWorkspace(ctx, async (ctx) => {
      await requireUnchanged(ctx, done);
      await keepNewActivities(ctx, row, done);
      await removeLinks(ctx, done);
      await removeRecords(ctx, done);
      await ctx.db
        .update(leadConversion)
        .set({ undoneAt: ctx.now() })
        .where(and(eq(leadConversion.workspaceId, ctx.workspaceId), eq(leadConversion.id, done.id)));
      await setLead(ctx, row, {
        ...{ status: done.previousStatus, convertedAt: null, convertedAccountId: null },
        ...{ convertedContactId: null, convertedOpportunityId: null },
      });
      await emitEvent(ctx, {
        type: "lead.conversion_undone",
        subject: { type: "lead", id: row.id },
        changes: { status: ["converted", done.previousStatus] },
        data: { ownerId: row.ownerId, opportunityId: done.opportunityId, accountId: done.accountId },
      });
    });
  });
}

async function findUndoable(ctx: RequestContext, row: Lead): Promise<Conversion> {
  const [done] = await ctx.db
    .select()
    .from(leadConversion)
    .where(
      and(
        eq(leadConversion.workspaceId, ctx.workspaceId),
        eq(leadConversion.leadId, row.id),
        isNull(leadConversion.undoneAt),
      ),
    )
    .orderBy(desc(leadConversion.createdAt))
    .limit(1);
  if (row.status !== "converted" || !done) throw new ConflictError("This lead is not converted");
  if (done.undoUntil <= ctx.now()) throw new ConflictError("The time to take this conversion back is over");
  return done;
}

async function requireUnchanged(ctx: RequestContext, done: Conversion): Promise<void> {
  const [deal] = await ctx.db
    .select({ version: opportunity.version })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, done.opportunityId)))
    .for("update");
  if (deal?.version !== done.opportunityVersion)
    throw new ConflictError("The opportunity was worked on since; the conversion stays");
}

/** An activity of the deal alone would be out of sight without it. */
async function keepNewActivities(ctx: RequestContext, row: Lead, done: Conversion): Promise<void> {
  const logged = await ctx.db
    .select({ activityId: activityLink.activityId, occurredAt: activityLink.occurredAt })
    .from(activityLink)
    .where(
      and(
        eq(activityLink.workspaceId, ctx.workspaceId),
        eq(activityLink.opportunityId, done.opportunityId),
        sql`not (${activityLink.id} = any(${`{${done.linkIds.join(",")}}`}::uuid[]))`,
      ),
    );
  if (logged.length === 0) return;
  const { workspaceId } = ctx;
  await ctx.db
    .insert(activityLink)
    .values(logged.map((link) => ({ ...link, id: newId(), workspaceId, leadId: row.id })));
}

async function removeLinks(ctx: RequestContext, done: Conversion): Promise<void> {
  if (done.linkIds.length > 0)
    await ctx.db
      .delete(activityLink)
      .where(and(eq(activityLink.workspaceId, ctx.workspaceId), inArray(activityLink.id, done.linkIds)));
  if (done.taskIds.length > 0)
    await ctx.db
      .update(task)
      .set({ opportunityId: null, accountId: null, contactId: null, version: sql`${task.version} + 1` })
      .where(and(eq(task.workspaceId, ctx.workspaceId), inArray(task.id, done.taskIds)));
  if (done.sourcedById)
    await ctx.db
      .delete(recordShare)
      .where(
        and(
          eq(recordShare.workspaceId, ctx.workspaceId),
          eq(recordShare.userId, done.sourcedById),
          inArray(recordShare.recordId, [done.opportunityId, ...(done.isNewAccount ? [done.accountId] : [])]),
        ),
      );
}

/** The account stays when somebody else has put a deal or a person on it meanwhile. */
async function removeRecords(ctx: RequestContext, done: Conversion): Promise<void> {
  await remove(ctx, opportunity, "opportunity", done.opportunityId);
  if (done.isNewContact) await remove(ctx, contact, "contact", done.contactId);
  if (!done.isNewAccount || (await isUsed(ctx, done))) return;
  await remove(ctx, account, "account", done.accountId);
}

async function isUsed(ctx: RequestContext, { accountId, contactId }: Conversion): Promise<boolean> {
  const deals = await ctx.db
    .select({ id: opportunity.id })
    .from(opportunity)
    .where(
      and(
        eq(opportunity.workspaceId, ctx.workspaceId),
        eq(opportunity.accountId, accountId),
        isNull(opportunity.deletedAt),
      ),
    )
    .limit(1);
  const people = await ctx.db
    .select({ id: contact.id })
    .from(contact)
    .where(
      and(
        eq(contact.workspaceId, ctx.workspaceId),
        eq(contact.accountId, accountId),
        ne(contact.id, contactId),
        isNull(contact.deletedAt),
      ),
    )
    .limit(1);
  return deals.length + people.length > 0;
}

async function remove(
  ctx: RequestContext,
  table: typeof account | typeof contact | typeof opportunity,
  type: "account" | "contact" | "opportunity",
  id: string,
): Promise<void> {
  await ctx.db
    .update(table)
    .set({ deletedAt: ctx.now() })
    .where(and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, id)));
  await emitEvent(ctx, { type: `${type}.deleted`, subject: { type, id } });
}
