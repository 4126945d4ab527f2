import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { priorityDecision } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { todayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { findCause } from "./feed.ts";
import { CARD_TYPES, type CardType } from "./sources.ts";

const CardRef = { type: z.enum(CARD_TYPES), id: z.uuid() };
const reason = z.string().trim().min(1, "Say why").max(300);

export const SnoozeInput = z.strictObject({ ...CardRef, until: z.iso.date(), reason });
export const DismissCardInput = z.strictObject({ ...CardRef, reason });
export const UndoDecisionInput = z.strictObject(CardRef);

/** Puts a card off until a day. @throws NotFoundError; ConflictError when its cause is gone; InvalidInputError for a day that has passed */
export async function snoozeCard(ctx: RequestContext, input: z.infer<typeof SnoozeInput>): Promise<void> {
  requirePermission(ctx, "opportunity:read");
  if (input.until <= todayOf(ctx)) throw new InvalidInputError("Choose a day to come", { until: "in the past" });
  await decide(ctx, { ...input, kind: "snooze" });
}

/** Puts a card away; it comes back when it rests on something else. @throws NotFoundError; ConflictError when its cause is gone */
export async function dismissCard(ctx: RequestContext, input: z.infer<typeof DismissCardInput>): Promise<void> {
  requirePermission(ctx, "opportunity:read");
  await decide(ctx, { ...input, kind: "dismiss", until: null });
}

/** Brings a card back that was put off or away; nothing happens when it was not. @throws NotFoundError */
export async function undoDecision(ctx: RequestContext, input: z.infer<typeof UndoDecisionInput>): Promise<void> {
  requirePermission(ctx, "opportunity:read");
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    await requireVisible(ctx, input);
    const cardKey = refKey(input);
    const undone = await ctx.db
      .update(priorityDecision)
      .set({ undoneAt: ctx.now() })
      .where(and(mine(ctx), eq(priorityDecision.cardKey, cardKey), isNull(priorityDecision.undoneAt)))
      .returning({ id: priorityDecision.id });
    if (undone.length === 0) return;
    await emitEvent(ctx, {
      type: "user.priority_restored",
      subject: { type: "user", id: userId },
      data: { card: cardKey },
    });
  });
}

/** What this person put off or away and why, newest first. */
export async function listDecisions(ctx: RequestContext) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        cardKey: priorityDecision.cardKey,
        kind: priorityDecision.kind,
        reason: priorityDecision.reason,
        until: priorityDecision.until,
        createdAt: priorityDecision.createdAt,
      })
      .from(priorityDecision)
      .where(and(mine(ctx), isNull(priorityDecision.undoneAt)))
      .orderBy(desc(priorityDecision.createdAt))
      .limit(50),
  );
}

const mine = (ctx: RequestContext) =>
  and(eq(priorityDecision.workspaceId, ctx.workspaceId), eq(priorityDecision.userId, requireUser(ctx).userId));

async function requireVisible(ctx: RequestContext, ref: { type: CardType; id: string }): Promise<void> {
  const visible = await listVisible(ctx, [ref]);
  if (!visible.has(refKey(ref))) throw new NotFoundError("Card", ref.id);
}

interface Decision {
  type: CardType;
  id: string;
  kind: "snooze" | "dismiss";
  reason: string;
  until: string | null;
}

async function decide(ctx: RequestContext, { type, id, kind, reason, until }: Decision): Promise<void> {
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    await requireVisible(ctx, { type, id });
    const cause = await findCause(ctx, type, id);
    if (cause === undefined) throw new ConflictError("This card's cause is gone already");
    const cardKey = refKey({ type, id });
    await ctx.db.insert(priorityDecision).values({
      ...{ id: newId(), workspaceId: ctx.workspaceId, userId, cardKey, cause },
      ...{ kind, reason, until, createdAt: ctx.now() },
    });
    await emitEvent(ctx, {
      type: kind === "snooze" ? "user.priority_snoozed" : "user.priority_dismissed",
      subject: { type: "user", id: userId },
      data: { card: cardKey, reason, until },
    });
  });
}
