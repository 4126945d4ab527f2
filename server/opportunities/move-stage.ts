import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { FORECAST_CATEGORIES, gateRefusal, opportunity, type ForecastCategory } from "#db/schema/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError, StaleWriteError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import {
  evaluateCategory,
  evaluateForward,
  isBlocking,
  loadPipeline,
  type CriterionState,
  type Stage,
} from "./gates/evaluate.ts";
import { GateRefusedError } from "./gates/gate-refused-error.ts";
import { requireNextStep } from "./next-step.ts";
import { getOpportunity } from "./queries.ts";
import { getStage, lockOpportunity, recordMove, type Opportunity } from "./rows.ts";

export const MoveStageInput = z.strictObject({
  opportunityId: z.uuid(),
  version: z.number().int().min(1),
  stageId: z.uuid(),
  reason: z.string().trim().max(1000).optional(),
  /** Unless given, the stage's own. */
  forecastCategory: z.enum(FORECAST_CATEGORIES).optional(),
});
type MoveStageInput = z.infer<typeof MoveStageInput>;

/**
 * The one way from stage to stage. A move forward needs the exit criteria of the stage it leaves and of those it passes over, and
 * the criteria of the forecast category it leads to; a refusal is kept. Every move is a row with its duration.
 * @returns the deal's version after it
 * @throws NotFoundError; StaleWriteError; GateRefusedError with what is missing; InvalidInputError for a missing reason
 */
export async function moveStage(ctx: RequestContext, input: MoveStageInput): Promise<{ version: number }> {
  requirePermission(ctx, "opportunity:write");
  const outcome = await withTransaction(ctx, (ctx) => tryMove(ctx, input));
  if ("version" in outcome) return outcome;
  await keepRefusal(ctx, input.opportunityId, outcome);
  throw new GateRefusedError(outcome.message, input.opportunityId, outcome.missing);
}

export const PreviewMoveInput = z.strictObject({ opportunityId: z.uuid(), stageId: z.uuid() });

/** What a move to the stage asks for and how it stands, before anybody tries. @throws NotFoundError; InvalidInputError as `moveStage` */
export async function previewMove(
  ctx: RequestContext,
  input: z.infer<typeof PreviewMoveInput>,
): Promise<{ stageName: string; criteria: CriterionState[] }> {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const deal = await getOpportunity(ctx, input);
    const to = await getStage(ctx, input.stageId);
    if (to.pipelineId !== deal.pipelineId)
      throw new InvalidInputError("This stage belongs to another pipeline", { stageId: "pipeline" });
    if (to.id === deal.stageId) return { stageName: to.name, criteria: [] };
    const from = await getStage(ctx, deal.stageId);
    return { stageName: to.name, criteria: await evaluateMove(ctx, deal, from, to, to.forecastCategory) };
  });
}

interface Refusal {
  message: string;
  missing: CriterionState[];
  fromStageId: string;
  toStageId: string;
}

async function tryMove(ctx: RequestContext, input: MoveStageInput): Promise<Refusal | { version: number }> {
  const deal = await lockOpportunity(ctx, input.opportunityId);
  const to = await getStage(ctx, input.stageId);
  if (deal.stageId === to.id) return { version: deal.version };
  if (deal.version !== input.version) throw new StaleWriteError("Opportunity", deal.version, { stageId: deal.stageId });
  if (to.pipelineId !== deal.pipelineId)
    throw new InvalidInputError("This stage belongs to another pipeline", { stageId: "pipeline" });
  if (to.archivedAt)
    throw new InvalidInputError("This stage was removed from the pipeline", { stageId: "removed" }, "stage_removed");
  const from = await getStage(ctx, deal.stageId);
  const category = input.forecastCategory ?? to.forecastCategory;
  requireReasons(input, from, to, category);
  const states = await evaluateMove(ctx, deal, from, to, category);
  const missing = states.filter(isBlocking);
  if (missing.length > 0) {
    const message =
      from.kind === "open" && to.position > from.position
        ? `${from.name} cannot be left for ${to.name} yet`
        : `${to.name} is not accepted yet`;
    return { message, missing, fromStageId: from.id, toStageId: to.id };
  }
  requireNextStep(ctx, { ...deal, stageKind: to.kind });
  const waived = states.filter(({ isMet, isWaived }) => !isMet && isWaived).map(({ label }) => label);
  await writeMove(ctx, { deal, from, to, category, waived, reason: input.reason });
  return { version: deal.version + 1 };
}

function requireReasons(input: MoveStageInput, from: Stage, to: Stage, category: ForecastCategory): void {
  const need = (message: string, rule: string): void => {
    if (!input.reason) throw new InvalidInputError(message, { reason: "This is needed" }, rule);
  };
  if (to.kind === "lost") need("Say why it is lost", "loss_reason");
  else if (from.kind !== "open") need("Say why it is opened again", "reopen_reason");
  if (!isAllowed(to, category))
    need(`${to.name} does not usually have the forecast category "${category}": say why`, "category_override");
}

export const isAllowed = (
  { forecastCategory, allowedCategories }: Pick<Stage, "forecastCategory" | "allowedCategories">,
  category: ForecastCategory,
): boolean => category === forecastCategory || allowedCategories.includes(category);

/** What the move asks of the deal: nothing for losing it; on the way back only what the category there asks. */
async function evaluateMove(
  ctx: RequestContext,
  deal: Pick<Opportunity, "id" | "stageData">,
  from: Stage,
  to: Stage,
  category: ForecastCategory,
): Promise<CriterionState[]> {
  if (to.kind === "lost") return [];
  if (from.kind === "open" && to.position > from.position) return evaluateForward(ctx, deal, from, to, category);
  const { pipeline } = await loadPipeline(ctx, to.pipelineId);
  if (!pipeline.allowsBackward)
    throw new InvalidInputError(
      `In ${pipeline.name} a deal does not go back to an earlier stage`,
      { stageId: "backward" },
      "no_backward_move",
    );
  return evaluateCategory(ctx, deal.id, pipeline, category);
}

interface Move {
  deal: Opportunity;
  from: Stage;
  to: Stage;
  category: ForecastCategory;
  waived: string[];
  reason: string | undefined;
}

/** Writes a move that has been found right: the record, its history row and the news. For use inside a transaction. */
export async function writeMove(
  ctx: RequestContext,
  { deal, from, to, category, waived, reason }: Move,
): Promise<void> {
  const moved = await ctx.db
    .update(opportunity)
    .set({
      stageId: to.id,
      stageKind: to.kind,
      probability: to.probability,
      probabilitySetAt: ctx.now(),
      forecastCategory: category,
      categoryReason: isAllowed(to, category) ? null : (reason ?? null),
      stageEnteredAt: ctx.now(),
      closedAt: to.kind === "open" ? null : ctx.now(),
      lossReason: to.kind === "lost" ? (reason ?? deal.lossReason) : null,
      version: deal.version + 1,
      updatedAt: ctx.now(),
    })
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, deal.id)))
    .returning({ id: opportunity.id });
  if (moved.length === 0) throw new NotFoundError("Opportunity", deal.id);
  await recordMove(ctx, {
    opportunityId: deal.id,
    from: deal.stageId,
    to: to.id,
    enteredAt: deal.stageEnteredAt,
    reason,
    waived,
  });
  await emitEvent(ctx, {
    type: "opportunity.stage_changed",
    subject: { type: "opportunity", id: deal.id },
    changes: {
      stageId: [deal.stageId, to.id],
      ...(deal.probability === to.probability ? {} : { probability: [deal.probability, to.probability] }),
      ...(deal.forecastCategory === category ? {} : { forecastCategory: [deal.forecastCategory, category] }),
    },
    data: {
      accountId: deal.accountId,
      fromStage: from.name,
      toStage: to.name,
      ...(reason ? { reason } : {}),
      ...(waived.length > 0 ? { waived } : {}),
    },
  });
}

/** In a transaction of its own, for the move's is over; a deal that may only be read is not written to. */
async function keepRefusal(ctx: RequestContext, opportunityId: string, refused: Refusal): Promise<void> {
  const missing = refused.missing.map(({ label }) => label);
  const { fromStageId, toStageId } = refused;
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .insert(gateRefusal)
      .values({ workspaceId: ctx.workspaceId, opportunityId, fromStageId, toStageId, missing, actorId: actorId(ctx) });
    await emitEvent(ctx, {
      type: "opportunity.move_refused",
      subject: { type: "opportunity", id: opportunityId },
      data: { fromStageId, toStageId, missing },
    });
  });
}
