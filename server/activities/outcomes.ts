import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { activityOutcome, OUTCOME_KINDS, type OutcomeKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

type Default = [kind: OutcomeKind, label: string, nextStep: string, nextStepDays: number];

/** What a new workspace starts with; an administrator changes it. */
const DEFAULT_OUTCOMES: Default[] = [
  ["call", "Connected", "Send what was agreed", 1],
  ["call", "Voicemail", "Call again", 1],
  ["call", "No Response", "Try at another time", 2],
  ["email", "Sent", "Follow up on the mail", 3],
  ["email", "Connected", "Do what the answer asks", 1],
  ["email", "No Response", "Call instead", 1],
  ["meeting", "Held", "Send minutes and next actions", 1],
  ["meeting", "Moved", "Hold the moved meeting", 7],
  ["meeting", "No show", "Find a new date", 1],
  ["visit", "Held", "Send minutes and next actions", 1],
  ["visit", "Not met", "Arrange a new visit", 5],
];

export async function createDefaultOutcomes(ctx: RequestContext): Promise<void> {
  await ctx.db.insert(activityOutcome).values(
    DEFAULT_OUTCOMES.map(([kind, label, nextStep, nextStepDays], index) => ({
      ...{ workspaceId: ctx.workspaceId, kind, label, nextStep, nextStepDays },
      position: DEFAULT_OUTCOMES.slice(0, index).filter(([other]) => other === kind).length,
    })),
  );
}

/** The outcomes people may choose, by kind and in their order. */
export async function listOutcomes(ctx: RequestContext) {
  return withTransaction(ctx, async (ctx) => {
    const { kind, label, nextStep, nextStepDays, position } = activityOutcome;
    const rows = await ctx.db
      .select({ kind, label, nextStep, nextStepDays })
      .from(activityOutcome)
      .where(and(eq(activityOutcome.workspaceId, ctx.workspaceId), eq(activityOutcome.isActive, true)))
      .orderBy(asc(position), asc(label));
    return rows.sort((a, b) => OUTCOME_KINDS.indexOf(a.kind) - OUTCOME_KINDS.indexOf(b.kind));
  });
}

export const SaveOutcomesInput = z.strictObject({
  kind: z.enum(OUTCOME_KINDS),
  outcomes: z
    .array(
      z.strictObject({
        label: z.string().trim().min(1, "An outcome needs a name").max(60),
        nextStep: z.string().trim().min(1, "Say what usually follows").max(200),
        nextStepDays: z.number().int().min(0).max(365),
      }),
    )
    .min(1, "People need at least one outcome")
    .max(20),
});

/** Replaces a kind's choices; those left out can no longer be chosen, and stay on what was logged with them. */
export async function saveOutcomes(ctx: RequestContext, input: z.infer<typeof SaveOutcomesInput>): Promise<void> {
  requirePermission(ctx, "settings:manage");
  const labels = input.outcomes.map(({ label }) => label.toLowerCase());
  if (new Set(labels).size < labels.length)
    throw new InvalidInputError("Two outcomes have the same name", { outcomes: "same name twice" });
  await withTransaction(ctx, async (ctx) => {
    const ofKind = and(eq(activityOutcome.workspaceId, ctx.workspaceId), eq(activityOutcome.kind, input.kind));
    await ctx.db.update(activityOutcome).set({ isActive: false }).where(ofKind);
    for (const [position, outcome] of input.outcomes.entries()) {
      const values = { ...outcome, position, isActive: true };
      await ctx.db
        .insert(activityOutcome)
        .values({ ...values, kind: input.kind, workspaceId: ctx.workspaceId })
        .onConflictDoUpdate({
          target: [activityOutcome.workspaceId, activityOutcome.kind, activityOutcome.label],
          set: values,
        });
    }
    await emitEvent(ctx, {
      type: "workspace.outcomes_changed",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { kind: input.kind, labels: input.outcomes.map(({ label }) => label) },
    });
  });
}
