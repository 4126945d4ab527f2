import { and, asc, desc, eq } from "drizzle-orm";
import { pipeline, stage, type ExitCriterion, type ForecastCategory, type StageKind } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";

type StageDefault = {
  name: string;
  probability: number;
  forecastCategory: ForecastCategory;
  kind: StageKind;
  exitCriteria: ExitCriterion[];
};

const NEXT_STEP: ExitCriterion = { kind: "field", field: "nextStep", label: "Next step with a date" };
const AMOUNT: ExitCriterion = { kind: "field", field: "amountCents", label: "Amount" };
const CLOSE_DATE: ExitCriterion = { kind: "field", field: "closeDate", label: "Expected close date" };
const DECISION_MAKER: ExitCriterion = { kind: "contactRole", role: "Decision Maker", label: "Decision maker named" };

/** What a new workspace starts with; every value is a row that an administrator may change. */
export const DEFAULT_STAGES: StageDefault[] = [
  {
    name: "Qualification",
    probability: 0.1,
    forecastCategory: "pipeline",
    kind: "open",
    exitCriteria: [{ kind: "contactRole", role: null, label: "A contact on the deal" }, NEXT_STEP],
  },
  {
    name: "Discovery",
    probability: 0.2,
    forecastCategory: "pipeline",
    kind: "open",
    exitCriteria: [{ kind: "activity", activity: "meeting", label: "Discovery meeting held" }, AMOUNT, NEXT_STEP],
  },
  {
    name: "Solution Design",
    probability: 0.3,
    forecastCategory: "pipeline",
    kind: "open",
    exitCriteria: [AMOUNT, DECISION_MAKER, NEXT_STEP],
  },
  {
    name: "Demo/Validation",
    probability: 0.4,
    forecastCategory: "best_case",
    kind: "open",
    exitCriteria: [
      { kind: "activity", activity: "meeting", label: "Demo held" },
      { kind: "contactRole", role: "Champion", label: "Champion confirmed" },
    ],
  },
  {
    name: "Proposal",
    probability: 0.5,
    forecastCategory: "best_case",
    kind: "open",
    exitCriteria: [AMOUNT, CLOSE_DATE, DECISION_MAKER],
  },
  {
    name: "Security/Legal Review",
    probability: 0.6,
    forecastCategory: "best_case",
    kind: "open",
    exitCriteria: [CLOSE_DATE, NEXT_STEP],
  },
  {
    name: "Negotiation",
    probability: 0.75,
    forecastCategory: "commit",
    kind: "open",
    exitCriteria: [AMOUNT, CLOSE_DATE, { kind: "contactRole", role: "Procurement", label: "Procurement known" }],
  },
  {
    name: "Commit",
    probability: 0.9,
    forecastCategory: "commit",
    kind: "open",
    exitCriteria: [AMOUNT, CLOSE_DATE, NEXT_STEP],
  },
  { name: "Closed Won", probability: 1, forecastCategory: "closed", kind: "won", exitCriteria: [] },
  { name: "Closed Lost", probability: 0, forecastCategory: "omitted", kind: "lost", exitCriteria: [] },
];

/** Gives a new workspace its pipeline. */
export async function createDefaultPipeline(
  ctx: RequestContext,
): Promise<{ pipelineId: string; stages: (typeof stage.$inferSelect)[] }> {
  return withTransaction(ctx, async (ctx) => {
    const pipelineId = newId();
    await ctx.db
      .insert(pipeline)
      .values({ workspaceId: ctx.workspaceId, id: pipelineId, name: "Sales", isDefault: true });
    const stages = await ctx.db
      .insert(stage)
      .values(
        DEFAULT_STAGES.map((values, position) => ({ ...values, position, pipelineId, workspaceId: ctx.workspaceId })),
      )
      .returning();
    return { pipelineId, stages };
  });
}

/** All stages in order, the default pipeline's first. */
export async function listStages(ctx: RequestContext) {
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: stage.id,
        pipelineId: stage.pipelineId,
        pipelineName: pipeline.name,
        isDefaultPipeline: pipeline.isDefault,
        name: stage.name,
        position: stage.position,
        probability: stage.probability,
        forecastCategory: stage.forecastCategory,
        kind: stage.kind,
        idleDays: stage.idleDays,
        exitCriteria: stage.exitCriteria,
      })
      .from(stage)
      .innerJoin(pipeline, and(eq(pipeline.workspaceId, stage.workspaceId), eq(pipeline.id, stage.pipelineId)))
      .where(eq(stage.workspaceId, ctx.workspaceId))
      .orderBy(desc(pipeline.isDefault), asc(pipeline.name), asc(stage.position)),
  );
}
