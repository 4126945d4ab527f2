import { z } from "zod";
import { ACTIVITY_KINDS, ENTRY_KINDS } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { recordLeadTouch } from "#server/leads/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireDiscipline } from "./discipline.ts";
import { LinkFields, resolveLinks } from "./links.ts";
import { applyNextStep, insertActivity } from "./write-activity.ts";

export const StepFields = {
  nextStep: z.string().trim().max(500).nullish(),
  nextStepDue: z.iso.date().nullish(),
  isNextStepConfirmed: z.boolean().optional(),
};

export const LogActivityInput = z.strictObject({
  kind: z.enum(ACTIVITY_KINDS),
  subject: z.string().trim().min(1, "An activity needs a subject").max(300),
  body: z.string().max(100_000).default(""),
  direction: z.enum(["inbound", "outbound", "internal"]).default("outbound"),
  outcome: z.string().trim().max(200).nullish(),
  occurredAt: z.iso.datetime({ offset: true }).optional(),
  durationMinutes: z.number().int().min(0).max(10_000).nullish(),
  ...LinkFields,
  ...StepFields,
  /** What the customer said, by kind. */
  entries: z
    .array(z.strictObject({ kind: z.enum(ENTRY_KINDS), text: z.string().trim().min(1, "Say what it was").max(2000) }))
    .max(50)
    .default([]),
});

/**
 * Records a contact with the customer once, on every record named; what follows becomes the next step of its open deals.
 * @throws NotFoundError; InvalidInputError when no record is named, or when a call, mail, meeting or visit on an open
 * opportunity lacks outcome or next step
 */
export async function logActivity(
  ctx: RequestContext,
  input: z.input<typeof LogActivityInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "activity:write");
  const { kind, subject, body = "", direction = "outbound", outcome, durationMinutes, entries } = input;
  const ownerId = requireUser(ctx).userId;
  const occurredAt = input.occurredAt ? new Date(input.occurredAt) : ctx.now();
  return withTransaction(ctx, async (ctx) => {
    const links = await resolveLinks(ctx, input);
    const step = await requireDiscipline(ctx, kind, input, links.deals);
    const values = { kind, subject, body, direction, outcome, durationMinutes, ownerId, occurredAt };
    const logged = await insertActivity(ctx, values, links, entries);
    for (const leadId of links.ids.lead) {
      const { nextStep, nextStepDue, isNextStepConfirmed } = input;
      const touch = { nextStep, nextStepDue, isNextStepConfirmed, kind, direction, outcome: outcome ?? null };
      await recordLeadTouch(ctx, { ...touch, leadId, activityId: logged.id, at: occurredAt });
    }
    if (step) await applyNextStep(ctx, links.deals, step);
    return logged;
  });
}
