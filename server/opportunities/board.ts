import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { opportunity, pipeline, stage } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { filterOf, OpportunityFilters } from "./filters.ts";
import { isStalledSql } from "./signals-sql.ts";

/** Without a pipeline: the default one. */
export const BoardInput = OpportunityFilters.omit({ stageId: true, kind: true });

/** Durations older than this say little of how long a stage takes now. */
const NORM_DAYS = 365;

/**
 * The board's columns with their sums, over the deals that match and the caller may see; the cards page by the list.
 * `normDays` is the median time that deals stayed in the stage before they left it within the last year; null when none has.
 */
export async function getBoard(ctx: RequestContext, input: z.infer<typeof BoardInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const pipelines = await ctx.db
      .select({ id: pipeline.id, name: pipeline.name, isDefault: pipeline.isDefault })
      .from(pipeline)
      .where(and(eq(pipeline.workspaceId, ctx.workspaceId), isNull(pipeline.archivedAt)))
      .orderBy(sql`${pipeline.isDefault} desc`, asc(pipeline.name));
    const shown = input.pipelineId ? pipelines.find(({ id }) => id === input.pipelineId) : pipelines[0];
    if (!shown) throw new NotFoundError("Pipeline", input.pipelineId ?? "default");
    const stages = await ctx.db
      .select({
        id: stage.id,
        name: stage.name,
        kind: stage.kind,
        probability: stage.probability,
        idleDays: stage.idleDays,
        guidance: stage.guidance,
        exitCriteria: stage.exitCriteria,
      })
      .from(stage)
      .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.pipelineId, shown.id), isNull(stage.archivedAt)))
      .orderBy(asc(stage.position), asc(stage.id));
    const sums = new Map((await sumByStage(ctx, { ...input, pipelineId: shown.id })).map((row) => [row.stageId, row]));
    const norms = new Map((await normByStage(ctx)).map((row) => [row.stage_id, row.days]));
    return {
      pipelines,
      pipelineId: shown.id,
      columns: stages.map(({ exitCriteria, ...one }) => {
        const sum = sums.get(one.id);
        return {
          ...one,
          criteria: exitCriteria.map(({ label }) => label),
          count: sum?.count ?? 0,
          amountCents: sum?.amountCents ?? 0,
          weightedCents: sum?.weightedCents ?? 0,
          stalled: sum?.stalled ?? 0,
          meanDays: sum?.meanDays ?? null,
          normDays: norms.get(one.id) ?? null,
        };
      }),
    };
  });
}

async function sumByStage(ctx: RequestContext, input: z.infer<typeof BoardInput>) {
  const now = ctx.now();
  return ctx.db
    .select({
      stageId: opportunity.stageId,
      count: sql<number>`count(*)`.mapWith(Number),
      amountCents: sql<number>`coalesce(sum(opportunity.amount_cents), 0)`.mapWith(Number),
      weightedCents:
        sql<number>`coalesce(round(sum(opportunity.amount_cents * opportunity.probability::numeric)), 0)`.mapWith(
          Number,
        ),
      stalled: sql<number>`count(*) filter (where ${isStalledSql(now)})`.mapWith(Number),
      meanDays:
        sql<number>`round(avg(extract(epoch from ${now.toISOString()}::timestamptz - opportunity.stage_entered_at)) / 86400)`.mapWith(
          Number,
        ),
    })
    .from(opportunity)
    .where(await filterOf(ctx, { ...input, kind: "all" }))
    .groupBy(opportunity.stageId);
}

const normByStage = (ctx: RequestContext) =>
  ctx.db.execute<{ stage_id: string; days: number }>(sql`
    select from_stage_id as stage_id,
      round(percentile_cont(0.5) within group (order by duration_seconds) / 86400)::int as days
    from opportunity_stage_history
    where workspace_id = ${ctx.workspaceId} and duration_seconds is not null
      and moved_at > ${ctx.now().toISOString()}::timestamptz - make_interval(days => ${NORM_DAYS})
    group by from_stage_id`);

export const StageTimesInput = z.strictObject({
  pipelineId: z.uuid().optional(),
  days: z.number().int().min(7).max(730).default(365),
});

/**
 * How long deals stay in each stage and how many go on from it: of the moves out of the stage, those to a later open stage or to
 * won. Null without such moves.
 */
export async function getStageTimes(ctx: RequestContext, input: z.infer<typeof StageTimesInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{
      id: string;
      name: string;
      moves: string;
      forward: string;
      lost: string;
      mean_days: number | null;
      median_days: number | null;
    }>(sql`
      select s.id, s.name, count(h.id) as moves,
        count(h.id) filter (where t.kind = 'won' or (t.kind = 'open' and t.position > s.position)) as forward,
        count(h.id) filter (where t.kind = 'lost') as lost,
        round(avg(h.duration_seconds) / 8640) / 10 as mean_days,
        round((percentile_cont(0.5) within group (order by h.duration_seconds) / 8640)::numeric) / 10 as median_days
      from stage s
      join pipeline p on p.workspace_id = s.workspace_id and p.id = s.pipeline_id
      left join opportunity_stage_history h on h.workspace_id = s.workspace_id and h.from_stage_id = s.id
        and h.moved_at > ${ctx.now().toISOString()}::timestamptz - make_interval(days => ${input.days})
      left join stage t on t.workspace_id = h.workspace_id and t.id = h.to_stage_id
      where s.workspace_id = ${ctx.workspaceId} and s.kind = 'open' and s.archived_at is null
        and (p.id = ${input.pipelineId ?? null}::uuid or (${input.pipelineId ?? null}::uuid is null and p.is_default))
      group by s.id, s.name, s.position order by s.position`);
    return rows.map((row) => ({
      stageId: row.id,
      stageName: row.name,
      moves: Number(row.moves),
      conversion: Number(row.moves) > 0 ? Number(row.forward) / Number(row.moves) : null,
      lost: Number(row.lost),
      meanDays: row.mean_days === null ? null : Number(row.mean_days),
      medianDays: row.median_days === null ? null : Number(row.median_days),
    }));
  });
}
