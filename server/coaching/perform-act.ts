import { createHash } from "node:crypto";
import { and, desc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { coachingEntry, coachingItem, type CoachingState } from "#db/schema/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { ConflictError, DomainError, InvalidInputError, NotFoundError, StaleWriteError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireAct, UNANSWERED, type ActName } from "./acts.ts";
import { dueTime } from "./request-coaching.ts";

const REPLIES = ["agreed", "will_do_by", "disagree"] as const;
const itemVersion = { itemId: z.uuid(), version: z.number().int().min(1) };
export const AcknowledgeInput = z.strictObject({
  ...itemVersion,
  reply: z.enum(REPLIES),
  comment: z.string().trim().max(10_000).optional(),
  dueOn: z.iso.date().optional(),
});
export const AcknowledgeManyInput = z.strictObject({ itemIds: z.array(z.uuid()).min(1).max(100) });
export const PerformActInput = z.strictObject({
  ...itemVersion,
  act: z.enum(["undo_acknowledge", "start", "finish", "reopen", "withdraw", "comment"]),
  comment: z.string().trim().max(10_000).optional(),
});

type Item = typeof coachingItem.$inferSelect;

/** How long an acknowledgment can be taken back. */
const UNDO_MS = 10 * 60_000;

/**
 * The rep's answer, bound to what he read: the passage's text then, its hash and the room's position are kept with it. Needs no
 * write right on the notes.
 * @throws InvalidInputError when "will do by" lacks a date or "disagree" a reason; ConflictError; ForbiddenError; StaleWriteError.
 */
export async function acknowledge(ctx: RequestContext, input: z.infer<typeof AcknowledgeInput>): Promise<void> {
  requirePermission(ctx, "coaching:acknowledge");
  const { reply, comment, dueOn } = input;
  if (reply === "will_do_by" && !dueOn) throw new InvalidInputError("Say by when you will do it", { dueOn: "missing" });
  if (reply === "disagree" && !comment) throw new InvalidInputError("Say why you disagree", { comment: "missing" });
  await withTransaction(ctx, async (ctx) => {
    const item = await lockItem(ctx, input.itemId, input.version);
    const text = item.anchor ? (item.currentText ?? item.anchor.quote) : item.comment;
    await apply(ctx, item, "acknowledge", {
      comment: comment ?? null,
      set: {
        acknowledgedAt: ctx.now(),
        reply,
        replyComment: comment ?? null,
        replyDueOn: dueOn ?? null,
        acknowledgedText: text,
        acknowledgedHash: createHash("sha256").update(text).digest("hex"),
        acknowledgedSeq: item.anchor?.seq ?? null,
        nextEscalationAt: null,
      },
      data: { reply, ...(dueOn ? { dueOn } : {}), previousState: item.state },
      event: "coaching.acknowledged",
    });
  });
}

/** Agrees to several at once. @returns per item what became of it; one refusal does not stop the others. */
export async function acknowledgeMany(ctx: RequestContext, { itemIds }: z.infer<typeof AcknowledgeManyInput>) {
  requirePermission(ctx, "coaching:acknowledge");
  const versions = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ id: coachingItem.id, version: coachingItem.version })
      .from(coachingItem)
      .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), inArray(coachingItem.id, itemIds))),
  );
  const results: { itemId: string; isDone: boolean; message: string | null }[] = [];
  for (const itemId of itemIds) {
    const known = versions.find(({ id }) => id === itemId);
    try {
      if (!known) throw new NotFoundError("Coaching item", itemId);
      await acknowledge(ctx, { itemId, version: known.version, reply: "agreed" });
      results.push({ itemId, isDone: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ itemId, isDone: false, message: error.message });
    }
  }
  return results;
}

/** Every other named act of a person. */
export async function performAct(ctx: RequestContext, input: z.infer<typeof PerformActInput>): Promise<void> {
  requirePermission(ctx, "coaching:read");
  const comment = input.comment ?? null;
  if ((input.act === "comment" || input.act === "reopen") && !comment)
    throw new InvalidInputError("Say something", { comment: "missing" });
  await withTransaction(ctx, async (ctx) => {
    const item = await lockItem(ctx, input.itemId, input.version);
    switch (input.act) {
      case "undo_acknowledge":
        return undoAcknowledge(ctx, item);
      case "reopen": {
        const dueAt = await dueTime(ctx, item.severity);
        const set = {
          dueAt,
          nextEscalationAt: dueAt,
          escalationLevel: 0,
          acknowledgedAt: null,
          reply: null,
          replyComment: null,
          replyDueOn: null,
        };
        return apply(ctx, item, "reopen", { comment, set, event: "coaching.reopened" });
      }
      case "withdraw":
        return apply(ctx, item, "withdraw", { comment, set: { nextEscalationAt: null }, event: "coaching.withdrawn" });
      case "finish":
        return apply(ctx, item, "finish", { comment, set: {}, event: "coaching.done" });
      case "start":
        return apply(ctx, item, "start", { comment, set: {}, event: "coaching.started" });
      case "comment":
        return apply(ctx, item, "comment", { comment, set: {}, event: "coaching.commented" });
    }
  });
}

/** Back to what it was, clock included; the ledger keeps both acts. */
async function undoAcknowledge(ctx: RequestContext, item: Item): Promise<void> {
  if (!item.acknowledgedAt || ctx.now().getTime() - item.acknowledgedAt.getTime() > UNDO_MS) {
    throw new ConflictError("An acknowledgment can be taken back for ten minutes");
  }
  const [last] = await ctx.db
    .select({ data: coachingEntry.data })
    .from(coachingEntry)
    .where(
      and(
        eq(coachingEntry.workspaceId, ctx.workspaceId),
        eq(coachingEntry.itemId, item.id),
        eq(coachingEntry.act, "acknowledge"),
      ),
    )
    .orderBy(desc(coachingEntry.createdAt))
    .limit(1);
  const previous = (last?.data.previousState as CoachingState | undefined) ?? "open";
  const set = {
    state: previous,
    acknowledgedAt: null,
    reply: null,
    replyComment: null,
    replyDueOn: null,
    acknowledgedText: null,
    acknowledgedHash: null,
    acknowledgedSeq: null,
    nextEscalationAt: item.escalationLevel >= 2 ? null : item.dueAt,
  };
  await apply(ctx, item, "undo_acknowledge", { comment: null, set, event: "coaching.acknowledgment_undone" });
}

interface Effect {
  comment: string | null;
  set: Partial<Item>;
  data?: Record<string, unknown>;
  event: `coaching.${string}`;
}

/** One act: the item's new state, one ledger entry, one event, together or not at all. */
export async function apply(ctx: RequestContext, item: Item, act: ActName, effect: Effect): Promise<void> {
  const toState = effect.set.state ?? requireAct(ctx, item, act);
  if (effect.set.state) requireAct(ctx, item, act);
  await ctx.db
    .update(coachingItem)
    .set({ ...effect.set, state: toState, version: item.version + 1, updatedAt: ctx.now() })
    .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), eq(coachingItem.id, item.id)));
  await ctx.db.insert(coachingEntry).values({
    workspaceId: ctx.workspaceId,
    itemId: item.id,
    act,
    fromState: item.state,
    toState,
    actorId: actorId(ctx),
    comment: effect.comment,
    data: effect.data ?? {},
    createdAt: ctx.now(),
  });
  await emitEvent(ctx, {
    type: effect.event,
    subject: { type: "coaching_item", id: item.id },
    changes: item.state === toState ? {} : { state: [item.state, toState] },
    data: {
      opportunityId: item.opportunityId,
      accountId: item.accountId,
      repId: item.repId,
      authorId: item.authorId,
      ...effect.data,
    },
  });
}

/** @throws NotFoundError; StaleWriteError when somebody acted on it since the caller looked, unless it is still unanswered. */
async function lockItem(ctx: RequestContext, id: string, version: number): Promise<Item> {
  const [item] = await ctx.db
    .select()
    .from(coachingItem)
    .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), eq(coachingItem.id, id)))
    .for("update");
  if (!item) throw new NotFoundError("Coaching item", id);
  if (item.version !== version && !UNANSWERED.includes(item.state)) {
    throw new StaleWriteError("Coaching item", item.version, { state: item.state });
  }
  return item;
}
