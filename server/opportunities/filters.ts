import { and, eq, gte, ilike, inArray, isNull, lte, or, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { FORECAST_CATEGORIES, opportunity, stage } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { likePattern } from "#server/core/like-pattern.ts";
import { criterionKey, isMetSql, isWaivedSql } from "./gates/criteria.ts";
import {
  breaksQualitySql,
  hasNoNextStepSql,
  isAtRiskSql,
  isStalledSql,
  needsManagerSql,
  QUALITY_RULES,
} from "./signals-sql.ts";

/** What list and board are filtered by; both take the same. */
export const OpportunityFilters = z.strictObject({
  query: z.string().trim().max(200).optional(),
  ownerId: z.uuid().optional(),
  isMine: z.boolean().optional(),
  accountId: z.uuid().optional(),
  pipelineId: z.uuid().optional(),
  stageId: z.uuid().optional(),
  kind: z.enum(["open", "won", "lost", "all"]).default("open"),
  category: z.enum(FORECAST_CATEGORIES).optional(),
  minAmountCents: z.number().int().min(0).optional(),
  maxAmountCents: z.number().int().min(0).optional(),
  minProbability: z.number().min(0).max(1).optional(),
  closeDateFrom: z.iso.date().optional(),
  closeDateTo: z.iso.date().optional(),
  isWithoutNextStep: z.boolean().optional(),
  isStalled: z.boolean().optional(),
  isAtRisk: z.boolean().optional(),
  needsManager: z.boolean().optional(),
  isReadyToAdvance: z.boolean().optional(),
  quality: z.enum([...QUALITY_RULES, "any"]).optional(),
});
export type OpportunityFilters = z.infer<typeof OpportunityFilters>;

/** The condition of the filters. For use inside a transaction. */
export async function filterOf(ctx: RequestContext, input: OpportunityFilters): Promise<SQL | undefined> {
  const now = ctx.now();
  return and(
    eq(opportunity.workspaceId, ctx.workspaceId),
    isNull(opportunity.deletedAt),
    input.kind === "all" ? undefined : eq(opportunity.stageKind, input.kind),
    input.query ? ilike(opportunity.name, likePattern(input.query)) : undefined,
    input.ownerId ? eq(opportunity.ownerId, input.ownerId) : undefined,
    input.isMine ? eq(opportunity.ownerId, requireUser(ctx).userId) : undefined,
    input.accountId ? eq(opportunity.accountId, input.accountId) : undefined,
    input.pipelineId ? eq(opportunity.pipelineId, input.pipelineId) : undefined,
    input.stageId ? eq(opportunity.stageId, input.stageId) : undefined,
    input.category ? eq(opportunity.forecastCategory, input.category) : undefined,
    input.minAmountCents ? gte(opportunity.amountCents, input.minAmountCents) : undefined,
    input.maxAmountCents ? lte(opportunity.amountCents, input.maxAmountCents) : undefined,
    // A real holds 0.9 as a little less than it.
    input.minProbability ? gte(opportunity.probability, input.minProbability - 0.0005) : undefined,
    input.closeDateFrom ? gte(opportunity.closeDate, input.closeDateFrom) : undefined,
    input.closeDateTo ? lte(opportunity.closeDate, input.closeDateTo) : undefined,
    input.isWithoutNextStep ? hasNoNextStepSql : undefined,
    input.isStalled ? isStalledSql(now) : undefined,
    input.isAtRisk ? isAtRiskSql(now) : undefined,
    input.needsManager ? needsManagerSql(now) : undefined,
    input.quality ? breaksQualitySql(input.quality, now) : undefined,
    input.isReadyToAdvance ? await isReadySql(ctx) : undefined,
  );
}

/** Open, and every exit criterion of its stage met or waived. */
async function isReadySql(ctx: RequestContext): Promise<SQL> {
  const now = ctx.now();
  const stages = await ctx.db
    .select({ id: stage.id, exitCriteria: stage.exitCriteria })
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.kind, "open"), isNull(stage.archivedAt)));
  const unconditional = stages.filter(({ exitCriteria }) => exitCriteria.length === 0).map(({ id }) => id);
  const legs = stages
    .filter(({ exitCriteria }) => exitCriteria.length > 0)
    .map(({ id, exitCriteria }) =>
      and(
        eq(opportunity.stageId, id),
        ...exitCriteria.map((one) => sql`(${isMetSql(one, now)} or ${isWaivedSql(criterionKey(one), now)})`),
      ),
    );
  return or(...legs, unconditional.length > 0 ? inArray(opportunity.stageId, unconditional) : undefined) ?? sql`false`;
}
