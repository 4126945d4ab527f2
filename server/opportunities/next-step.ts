import { and, eq, isNull } from "drizzle-orm";
import { opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { changedFields, emitEvent } from "#server/core/events.ts";

export interface NextStep {
  nextStep: string;
  nextStepDue: string;
}

type Steps = { [Field in keyof NextStep]?: string | null | undefined };

/** The rule's name in refusals, so that every path shows the same. */
const RULE = "dated-next-step";

/**
 * An open opportunity is saved with a next step and its date, by whatever path. Imported ones come as they are, and are
 * listed until somebody takes them up. @throws InvalidInputError naming the missing fields
 */
export function requireNextStep(ctx: RequestContext, deal: Steps & { stageKind: string }): void {
  if (ctx.actor.kind === "job" || deal.stageKind !== "open") return;
  const fields = {
    ...(deal.nextStep?.trim() ? {} : { nextStep: "An open opportunity needs a next step" }),
    ...(deal.nextStepDue ? {} : { nextStepDue: "The next step needs a date" }),
  };
  if (Object.keys(fields).length > 0)
    throw new InvalidInputError("An open opportunity needs a next step with a date", fields, RULE);
}

/**
 * Sets the next step as the outcome of an activity, whatever version the screen had: it says what follows from now on.
 * For use inside a transaction. @returns false when the caller may read the opportunity but not write it.
 */
export async function writeNextStep(ctx: RequestContext, opportunityId: string, step: NextStep): Promise<boolean> {
  const where = and(
    eq(opportunity.workspaceId, ctx.workspaceId),
    eq(opportunity.id, opportunityId),
    isNull(opportunity.deletedAt),
  );
  // Row-level security leaves out here what this user may only read.
  const [before] = await ctx.db.select().from(opportunity).where(where).for("update");
  if (!before) return false;
  const changes = changedFields(before, step);
  if (Object.keys(changes).length === 0) return true;
  const written = await ctx.db
    .update(opportunity)
    .set({ ...step, version: before.version + 1, updatedAt: ctx.now() })
    .where(where)
    .returning({ id: opportunity.id });
  if (written.length === 0) return false;
  await emitEvent(ctx, {
    type: "opportunity.updated",
    subject: { type: "opportunity", id: opportunityId },
    changes,
    data: { accountId: before.accountId },
  });
  return true;
}
