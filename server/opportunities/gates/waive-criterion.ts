import { z } from "zod";
import { stageWaiver } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { lockOpportunity } from "../rows.ts";
import { criterionKey } from "./criteria.ts";
import { loadPipeline } from "./evaluate.ts";

/** A waiver is a bridge, no way around: longer ones are asked for again. */
export const LONGEST_WAIVER_DAYS = 14;

export const WaiveCriterionInput = z.strictObject({
  opportunityId: z.uuid(),
  criterionKey: z.string().max(300),
  reason: z.string().trim().min(1, "Say why").max(1000),
  days: z.number().int().min(1).max(LONGEST_WAIVER_DAYS),
});

/**
 * Lets a deal pass one criterion for some days. The moves made under it name it in the stage history.
 * @throws NotFoundError; ForbiddenError for who may not approve; InvalidInputError for a criterion that the pipeline does not have
 */
export async function waiveCriterion(
  ctx: RequestContext,
  input: z.infer<typeof WaiveCriterionInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "opportunity:approve");
  const { userId } = requireUser(ctx);
  return withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const { pipeline, stages } = await loadPipeline(ctx, deal.pipelineId);
    const criteria = [...stages.map(({ exitCriteria }) => exitCriteria), ...Object.values(pipeline.categoryCriteria)];
    const criterion = criteria.flat().find((one) => criterionKey(one) === input.criterionKey);
    if (!criterion) throw new InvalidInputError("This pipeline has no such criterion", { criterionKey: "unknown" });
    const id = newId();
    const expiresAt = new Date(ctx.now().getTime() + input.days * 86_400_000);
    const { reason } = input;
    await ctx.db.insert(stageWaiver).values({
      ...{ workspaceId: ctx.workspaceId, id, opportunityId: deal.id, criterionKey: input.criterionKey },
      ...{ label: criterion.label, reason, expiresAt, grantedBy: userId, createdAt: ctx.now() },
    });
    await emitEvent(ctx, {
      type: "opportunity.criterion_waived",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, label: criterion.label, reason, expiresAt: expiresAt.toISOString() },
    });
    return { id };
  });
}
