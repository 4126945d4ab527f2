import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { account, activity, ACTIVITY_KINDS, activityLink, contact, opportunity } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const LogActivityInput = z.strictObject({
  kind: z.enum(ACTIVITY_KINDS),
  subject: z.string().trim().min(1, "An activity needs a subject").max(300),
  body: z.string().max(100_000).default(""),
  direction: z.enum(["inbound", "outbound", "internal"]).default("outbound"),
  outcome: z.string().trim().max(200).nullish(),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
  durationMinutes: z.number().int().min(0).max(10_000).nullish(),
  accountId: z.uuid().nullish(),
  contactId: z.uuid().nullish(),
  opportunityId: z.uuid().nullish(),
});

/** Records a contact with the customer once, on every record named. @throws NotFoundError; InvalidInputError when none is named. */
export async function logActivity(
  ctx: RequestContext,
  input: z.infer<typeof LogActivityInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "activity:write");
  const { accountId, contactId, opportunityId, occurredAt, ...fields } = input;
  if (!accountId && !contactId && !opportunityId) {
    throw new InvalidInputError("An activity belongs to an account, a contact or an opportunity", {
      opportunityId: "missing",
    });
  }
  const ownerId = requireUser(ctx).userId;
  const id = newId();
  const at = occurredAt ? new Date(occurredAt) : ctx.now();
  return withTransaction(ctx, async (ctx) => {
    const dealAccountId = opportunityId ? await requireOpportunity(ctx, opportunityId) : null;
    if (accountId) await requireRecord(ctx, account, "Account", accountId);
    if (contactId) await requireRecord(ctx, contact, "Contact", contactId);
    await ctx.db.insert(activity).values({ ...fields, id, workspaceId: ctx.workspaceId, ownerId, occurredAt: at });
    const links = [
      ...(opportunityId ? [{ opportunityId }] : []),
      ...(contactId ? [{ contactId }] : []),
      ...((accountId ?? dealAccountId) ? [{ accountId: accountId ?? dealAccountId }] : []),
    ];
    await ctx.db
      .insert(activityLink)
      .values(links.map((link) => ({ ...link, workspaceId: ctx.workspaceId, activityId: id, occurredAt: at })));
    if (opportunityId) await touchOpportunity(ctx, opportunityId, at);
    await emitEvent(ctx, {
      type: "activity.logged",
      subject: { type: "activity", id },
      data: {
        kind: input.kind,
        accountId: accountId ?? dealAccountId,
        contactId: contactId ?? null,
        opportunityId: opportunityId ?? null,
      },
    });
    return { id };
  });
}

/** Whoever may read a deal may log on it; only the "last activity" of a deal that he may not edit stays as it was. */
async function touchOpportunity(ctx: RequestContext, id: string, at: Date): Promise<void> {
  const later = sql`greatest(coalesce(${opportunity.lastActivityAt}, ${at.toISOString()}::timestamptz), ${at.toISOString()}::timestamptz)`;
  await ctx.db
    .update(opportunity)
    .set({ lastActivityAt: later })
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id)));
}

async function requireOpportunity(ctx: RequestContext, id: string): Promise<string | null> {
  const [row] = await ctx.db
    .select({ accountId: opportunity.accountId })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)));
  if (!row) throw new NotFoundError("Opportunity", id);
  return row.accountId;
}

async function requireRecord(
  ctx: RequestContext,
  table: typeof account | typeof contact,
  name: string,
  id: string,
): Promise<void> {
  const [row] = await ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, id), isNull(table.deletedAt)));
  if (!row) throw new NotFoundError(name, id);
}
