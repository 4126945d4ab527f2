import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { activity, activityLink, type ActivityKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ConflictError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { dayOf, todayOf } from "#server/core/today.ts";
import { hasFutureStep, isDisciplined, requireDiscipline, requireOutcome } from "./discipline.ts";
import { resolveLinks, type LinkType } from "./links.ts";
import { StepFields } from "./log-activity.ts";
import { applyNextStep, insertActivity } from "./write-activity.ts";

export interface AutomaticActivity {
  kind: ActivityKind;
  subject: string;
  body?: string;
  direction: "inbound" | "outbound" | "internal";
  occurredAt: Date;
  durationMinutes?: number | null;
  ownerId: string;
  records: { type: LinkType; id: string }[];
  isTainted?: boolean;
  /** What it was made from; the same source is entered once. */
  source: string;
}

/**
 * Enters what the product itself saw happen. It has no outcome yet, and waits in its owner's stream until that is named.
 * @returns undefined when this source was entered before
 */
export async function recordActivity(
  ctx: RequestContext,
  input: AutomaticActivity,
): Promise<{ id: string } | undefined> {
  return withTransaction(ctx, async (ctx) => {
    const { records, source, ...values } = input;
    const [known] = await ctx.db
      .select({ id: activity.id })
      .from(activity)
      .where(
        and(
          eq(activity.workspaceId, ctx.workspaceId),
          eq(activity.ownerId, input.ownerId),
          eq(activity.externalId, source),
          isNull(activity.deletedAt),
        ),
      );
    if (known) return undefined;
    const links = await resolveLinks(ctx, { also: records });
    return insertActivity(ctx, { ...values, externalId: source, isAutoLogged: true }, links);
  });
}

/** Takes back what was entered from this source, while nobody has named its outcome. */
export async function forgetActivity(ctx: RequestContext, ownerId: string, source: string): Promise<void> {
  await withTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .update(activity)
      .set({ deletedAt: ctx.now() })
      .where(
        and(
          eq(activity.workspaceId, ctx.workspaceId),
          eq(activity.ownerId, ownerId),
          eq(activity.externalId, source),
          eq(activity.isAutoLogged, true),
          isNull(activity.outcome),
          isNull(activity.deletedAt),
        ),
      )
      .returning({ id: activity.id });
    for (const { id } of gone) await emitEvent(ctx, { type: "activity.removed", subject: { type: "activity", id } });
  });
}

export const AnswerOutcomeInput = z.strictObject({
  activityId: z.uuid(),
  outcome: z.string().trim().min(1).max(200),
  ...StepFields,
});

/**
 * Names how an automatically entered activity went. One tap is enough: without other words the future next step stays,
 * and where there is none the outcome's usual one follows. @throws NotFoundError; ConflictError when it has an outcome
 */
export async function answerOutcome(ctx: RequestContext, input: z.infer<typeof AnswerOutcomeInput>): Promise<void> {
  requirePermission(ctx, "activity:write");
  await withTransaction(ctx, async (ctx) => {
    const row = await lockActivity(ctx, input.activityId);
    if (row.outcome || !row.isAutoLogged || !isDisciplined(row.kind))
      throw new ConflictError("This activity has its outcome already");
    const choice = await requireOutcome(ctx, row.kind, input.outcome);
    const { deals } = await resolveLinks(ctx, { also: await loadRecords(ctx, row.id) });
    const step = input.nextStep || input.nextStepDue ? input : usualStep(ctx, choice, deals);
    const written = await requireDiscipline(ctx, row.kind, { ...step, outcome: choice.label }, deals);
    await ctx.db
      .update(activity)
      .set({ outcome: choice.label, version: row.version + 1, updatedAt: ctx.now() })
      .where(and(eq(activity.workspaceId, ctx.workspaceId), eq(activity.id, row.id)));
    if (written) await applyNextStep(ctx, deals, written);
    await emitEvent(ctx, {
      type: "activity.outcome_named",
      subject: { type: "activity", id: row.id },
      changes: { outcome: [null, choice.label] },
      data: { opportunityId: deals[0]?.id ?? null, accountId: deals[0]?.accountId ?? null },
    });
  });
}

function usualStep(
  ctx: RequestContext,
  choice: { nextStep: string; nextStepDays: number },
  deals: { stageKind: string; nextStep: string | null; nextStepDue: string | null }[],
) {
  const today = todayOf(ctx);
  const isKept = deals.filter(({ stageKind }) => stageKind === "open").every((deal) => hasFutureStep(deal, today));
  if (isKept) return { isNextStepConfirmed: true };
  const due = dayOf(ctx, new Date(ctx.now().getTime() + choice.nextStepDays * 86_400_000));
  return { nextStep: choice.nextStep, nextStepDue: due };
}

async function lockActivity(ctx: RequestContext, id: string): Promise<typeof activity.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(activity)
    .where(and(eq(activity.workspaceId, ctx.workspaceId), eq(activity.id, id), isNull(activity.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Activity", id);
  return row;
}

async function loadRecords(ctx: RequestContext, activityId: string): Promise<{ type: LinkType; id: string }[]> {
  const rows = await ctx.db
    .select()
    .from(activityLink)
    .where(and(eq(activityLink.workspaceId, ctx.workspaceId), eq(activityLink.activityId, activityId)));
  return rows.flatMap(({ accountId, contactId, opportunityId, leadId }) => [
    ...(leadId ? [{ type: "lead" as const, id: leadId }] : []),
    ...(accountId ? [{ type: "account" as const, id: accountId }] : []),
    ...(contactId ? [{ type: "contact" as const, id: contactId }] : []),
    ...(opportunityId ? [{ type: "opportunity" as const, id: opportunityId }] : []),
  ]);
}
