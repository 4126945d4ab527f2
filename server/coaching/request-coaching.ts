import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import {
  account,
  appUser,
  coachingEntry,
  coachingItem,
  opportunity,
  review,
  REVIEW_OUTCOMES,
  SEVERITIES,
  slaPolicy,
  type Severity,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, requireUser, type RequestContext } from "#server/core/context.ts";
import { ForbiddenError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { addWorkingMinutes, loadWorkingCalendar } from "#server/workspaces/index.ts";

/** A passage as a browser marks it. */
export const PassageAnchorInput = z.strictObject({
  start: z.string().max(2_000),
  end: z.string().max(2_000),
  blockId: z.string().max(100).nullable(),
  quote: z.string().min(1).max(4_000),
  before: z.string().max(64),
  after: z.string().max(64),
  seq: z.number().int().min(0),
});

export const RequestCoachingInput = z.strictObject({
  opportunityId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  roomId: z.uuid().optional(),
  /** The opportunity's or account's owner unless somebody else is meant. */
  repId: z.uuid().optional(),
  severity: z.enum(SEVERITIES).default("normal"),
  comment: z.string().trim().min(1, "Say what you ask for").max(10_000),
  anchor: PassageAnchorInput.optional(),
  /** Overrides the policy. */
  dueAt: z.iso.datetime({ offset: true }).optional(),
});
export const RecordReviewInput = z.strictObject({
  opportunityId: z.uuid(),
  outcome: z.enum(REVIEW_OUTCOMES),
  comment: z.string().trim().max(10_000).default(""),
  dueAt: z.iso.datetime({ offset: true }).optional(),
});

type NewItem = z.infer<typeof RequestCoachingInput> & { reviewId?: string };

/** Turns a passage, or the whole record, into an item that the rep must acknowledge before its due time. */
export async function requestCoaching(
  ctx: RequestContext,
  input: z.infer<typeof RequestCoachingInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "coaching:write");
  return withTransaction(ctx, (ctx) => createItem(ctx, input));
}

/** Records the verdict on a deal; "Needs work" and "Escalate" each ask the rep for an acknowledgment. */
export async function recordReview(
  ctx: RequestContext,
  input: z.infer<typeof RecordReviewInput>,
): Promise<{ id: string; itemId: string | null }> {
  requirePermission(ctx, "coaching:write");
  const { userId } = requireUser(ctx);
  const { opportunityId, outcome, comment } = input;
  if (outcome !== "ok" && comment === "") throw new InvalidInputError("Say what needs work", { comment: "missing" });
  return withTransaction(ctx, async (ctx) => {
    const deal = await getDeal(ctx, opportunityId);
    requireManagerOf(ctx, deal.ownerId);
    const id = newId();
    await ctx.db.insert(review).values({
      workspaceId: ctx.workspaceId,
      id,
      opportunityId,
      reviewerId: userId,
      outcome,
      comment,
      createdAt: ctx.now(),
    });
    await emitEvent(ctx, {
      type: "review.recorded",
      subject: { type: "review", id },
      data: { opportunityId, outcome, userId: deal.ownerId },
    });
    if (outcome === "ok") return { id, itemId: null };
    const severity: Severity = outcome === "escalate" ? "urgent" : "normal";
    const item = await createItem(ctx, {
      opportunityId,
      severity,
      comment,
      reviewId: id,
      ...(input.dueAt ? { dueAt: input.dueAt } : {}),
    });
    return { id, itemId: item.id };
  });
}

async function createItem(ctx: RequestContext, input: NewItem): Promise<{ id: string }> {
  const author = requireUser(ctx);
  await requireVisible(ctx, input);
  const repId = input.repId ?? (await getOwner(ctx, input));
  if (repId === author.userId) throw new InvalidInputError("You cannot coach yourself", { repId: "self" });
  requireManagerOf(ctx, repId);
  await requireActiveUser(ctx, repId);

  const dueAt = input.dueAt ? new Date(input.dueAt) : await dueTime(ctx, input.severity);
  if (dueAt <= ctx.now()) throw new InvalidInputError("The due time lies in the past", { dueAt: "past" });
  const id = newId();
  await ctx.db.insert(coachingItem).values({
    workspaceId: ctx.workspaceId,
    id,
    repId,
    authorId: author.userId,
    opportunityId: input.opportunityId ?? null,
    accountId: input.accountId ?? null,
    roomId: input.roomId ?? null,
    reviewId: input.reviewId ?? null,
    severity: input.severity,
    comment: input.comment,
    anchor: input.anchor ?? null,
    anchorState: input.anchor ? "same" : null,
    dueAt,
    nextEscalationAt: dueAt,
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
  });
  await ctx.db.insert(coachingEntry).values({
    workspaceId: ctx.workspaceId,
    itemId: id,
    act: "request",
    toState: "open",
    actorId: actorId(ctx),
    comment: input.comment,
    createdAt: ctx.now(),
  });
  await emitEvent(ctx, {
    type: "coaching.requested",
    subject: { type: "coaching_item", id },
    data: {
      opportunityId: input.opportunityId ?? null,
      accountId: input.accountId ?? null,
      repId,
      authorId: author.userId,
      severity: input.severity,
    },
  });
  return { id };
}

/** When an answer is due by the policy of this severity. */
export async function dueTime(ctx: RequestContext, severity: Severity): Promise<Date> {
  const [policy] = await ctx.db
    .select()
    .from(slaPolicy)
    .where(and(eq(slaPolicy.workspaceId, ctx.workspaceId), eq(slaPolicy.severity, severity)));
  if (!policy) throw new NotFoundError("SLA policy", severity);
  return addWorkingMinutes(ctx.now(), policy.acknowledgeMinutes, await loadWorkingCalendar(ctx));
}

/** What the item is about is a record the author may open: the rep would be sent to it otherwise. */
async function requireVisible(ctx: RequestContext, { opportunityId, accountId, roomId }: NewItem): Promise<void> {
  const refs = Object.entries({ opportunity: opportunityId, account: accountId, room: roomId }).flatMap(([type, id]) =>
    id ? [{ type, id }] : [],
  );
  const visible = await listVisible(ctx, refs);
  for (const ref of refs) if (!visible.has(refKey(ref))) throw new NotFoundError(ref.type, ref.id);
}

function requireManagerOf(ctx: RequestContext, repId: string): void {
  const { seesAll, ownerIds } = requireUser(ctx);
  if (!seesAll && !ownerIds.includes(repId))
    throw new ForbiddenError("You coach the people of your own team", { field: "repId" });
}

async function requireActiveUser(ctx: RequestContext, id: string): Promise<void> {
  const [user] = await ctx.db
    .select({ status: appUser.status })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, id)));
  if (!user) throw new NotFoundError("User", id);
  if (user.status !== "active")
    throw new InvalidInputError("This person is not active any more", { repId: "disabled" });
}

async function getDeal(ctx: RequestContext, id: string): Promise<{ ownerId: string }> {
  const [deal] = await ctx.db
    .select({ ownerId: opportunity.ownerId })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)));
  if (!deal) throw new NotFoundError("Opportunity", id);
  return deal;
}

async function getOwner(ctx: RequestContext, input: NewItem): Promise<string> {
  if (input.opportunityId) return (await getDeal(ctx, input.opportunityId)).ownerId;
  if (!input.accountId)
    throw new InvalidInputError("Coaching belongs to an opportunity or an account", { opportunityId: "missing" });
  const [row] = await ctx.db
    .select({ ownerId: account.ownerId })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, input.accountId), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", input.accountId);
  if (!row.ownerId) throw new InvalidInputError("This account has no owner; say whom you mean", { repId: "missing" });
  return row.ownerId;
}
