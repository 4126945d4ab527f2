import { and, asc, eq, isNull, sql, type SQL } from "drizzle-orm";
import { pipeline, stage, type ExitCriterion, type ForecastCategory } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { criterionKey, isMetSql, isWaivedSql } from "./criteria.ts";

export type Stage = typeof stage.$inferSelect;
export type Pipeline = typeof pipeline.$inferSelect;

/** One thing that a stage is for, and how it stands. */
export interface CriterionState {
  key: string;
  kind: ExitCriterion["kind"] | "stage";
  label: string;
  isMet: boolean;
  /** Not met, but a manager lets it pass for now. */
  isWaived: boolean;
  /** The stage that asks for it; null when the forecast category does. */
  stageName: string | null;
  /** The field that would mend it: of the opportunity, or of its stage data. */
  field: string | null;
  /** Who can mend it. */
  who: string;
}

interface Asked {
  criterion: ExitCriterion;
  stageName: string | null;
}

/** The pipeline and its stages in order, without removed ones. @throws NotFoundError */
export async function loadPipeline(ctx: RequestContext, pipelineId: string) {
  const [found] = await ctx.db
    .select()
    .from(pipeline)
    .where(and(eq(pipeline.workspaceId, ctx.workspaceId), eq(pipeline.id, pipelineId)));
  if (!found) throw new NotFoundError("Pipeline", pipelineId);
  const stages = await ctx.db
    .select()
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.pipelineId, pipelineId), isNull(stage.archivedAt)))
    .orderBy(asc(stage.position), asc(stage.id));
  return { pipeline: found, stages };
}

/** How each of the criteria stands for the deal, in their order, each once. For use inside a transaction. */
export async function evaluate(ctx: RequestContext, opportunityId: string, asked: Asked[]): Promise<CriterionState[]> {
  const unique = [...new Map(asked.map((one) => [criterionKey(one.criterion), one])).entries()];
  if (unique.length === 0) return [];
  const now = ctx.now();
  const columns = unique.flatMap(([key, { criterion }]): SQL[] => [isMetSql(criterion, now), isWaivedSql(key, now)]);
  const [row] = await ctx.db.execute<{ states: boolean[] }>(
    sql`select to_jsonb(array[${sql.join(columns, sql`, `)}]) as states from opportunity
      where workspace_id = ${ctx.workspaceId} and id = ${opportunityId}`,
  );
  if (!row) throw new NotFoundError("Opportunity", opportunityId);
  return unique.map(([key, { criterion, stageName }], index) => ({
    key,
    kind: criterion.kind,
    label: criterion.label,
    isMet: row.states[index * 2]!,
    isWaived: row.states[index * 2 + 1]!,
    stageName,
    ...mender(criterion),
  }));
}

/** How the exit criteria of the deal's stage stand. For use inside a transaction. */
export const evaluateExit = (
  ctx: RequestContext,
  opportunityId: string,
  { exitCriteria, name }: Pick<Stage, "exitCriteria" | "name">,
): Promise<CriterionState[]> =>
  evaluate(
    ctx,
    opportunityId,
    exitCriteria.map((criterion) => ({ criterion, stageName: name })),
  );

/** How the criteria of a forecast category stand. For use inside a transaction. */
export const evaluateCategory = (
  ctx: RequestContext,
  opportunityId: string,
  { categoryCriteria }: Pick<Pipeline, "categoryCriteria">,
  category: ForecastCategory,
): Promise<CriterionState[]> =>
  evaluate(
    ctx,
    opportunityId,
    (categoryCriteria[category] ?? []).map((criterion) => ({ criterion, stageName: null })),
  );

export const isBlocking = ({ isMet, isWaived }: CriterionState): boolean => !isMet && !isWaived;

/** What keeps a deal from moving on to a later stage: of its own, of each one passed over, and of the category it gets there. */
export async function evaluateForward(
  ctx: RequestContext,
  deal: { id: string; stageData: Record<string, string | number> },
  from: Stage,
  to: Stage,
  category: ForecastCategory,
): Promise<CriterionState[]> {
  const { pipeline, stages } = await loadPipeline(ctx, to.pipelineId);
  const passed = stages.filter(
    ({ id, kind, position }) =>
      id !== from.id && kind === "open" && position >= from.position && position < to.position && id !== to.id,
  );
  const asked: Asked[] = from.exitCriteria.map((criterion) => ({ criterion, stageName: from.name }));
  const unentered: CriterionState[] = [];
  for (const one of passed) {
    if (one.skipWhen && deal.stageData[one.skipWhen.key] === one.skipWhen.equals) continue;
    if (one.skipWhen || !pipeline.allowsSkipping) unentered.push(toBeEntered(one));
    asked.push(...one.exitCriteria.map((criterion) => ({ criterion, stageName: one.name })));
  }
  const entry = (pipeline.categoryCriteria[category] ?? []).map((criterion) => ({ criterion, stageName: null }));
  const states = await evaluate(ctx, deal.id, [...asked, ...entry]);
  return [...unentered, ...states];
}

const toBeEntered = ({ id, name, skipWhen }: Stage): CriterionState => ({
  key: `stage:${id}`,
  kind: "stage",
  label: skipWhen ? `${name} may be passed over only when it is not needed` : `${name} may not be passed over`,
  isMet: false,
  isWaived: false,
  stageName: name,
  field: skipWhen?.key ?? "stageId",
  who: "Deal owner",
});

function mender(criterion: ExitCriterion): { field: string | null; who: string } {
  switch (criterion.kind) {
    case "field":
      return { field: criterion.field, who: "Deal owner" };
    case "stageField":
      return { field: criterion.key, who: criterion.accept?.join() === "approved" ? "A manager" : "Deal owner" };
    case "change":
      return { field: criterion.approval, who: "A manager" };
    case "activity":
      return { field: `activity:${criterion.activity}`, who: "Whoever spoke with the customer" };
    case "contactRole":
      return { field: "buyingGroup", who: "Deal owner" };
    case "teamRole":
      return { field: "team", who: "Deal owner" };
  }
}
