import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { pipeline, stage } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { DEFAULT_CATEGORY_CRITERIA, DEFAULT_STAGES } from "./gates/default-stages.ts";

/** Gives a new workspace its pipeline. */
export async function createDefaultPipeline(
  ctx: RequestContext,
): Promise<{ pipelineId: string; stages: (typeof stage.$inferSelect)[] }> {
  return withTransaction(ctx, async (ctx) => {
    const pipelineId = newId();
    await ctx.db.insert(pipeline).values({
      workspaceId: ctx.workspaceId,
      id: pipelineId,
      name: "Sales",
      isDefault: true,
      categoryCriteria: DEFAULT_CATEGORY_CRITERIA,
    });
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
      })
      .from(stage)
      .innerJoin(pipeline, and(eq(pipeline.workspaceId, stage.workspaceId), eq(pipeline.id, stage.pipelineId)))
      .where(and(eq(stage.workspaceId, ctx.workspaceId), isNull(stage.archivedAt), isNull(pipeline.archivedAt)))
      .orderBy(desc(pipeline.isDefault), asc(pipeline.name), asc(stage.position)),
  );
}
