import { isDeepStrictEqual } from "node:util";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import {
  ACTIVITY_KINDS,
  CRITERION_FIELDS,
  FORECAST_CATEGORIES,
  opportunity,
  pipeline,
  pipelineVersion,
  stage,
  STAGE_FIELD_TYPES,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError, StaleWriteError } from "#server/core/errors.ts";
import { emitEvent, emitEvents } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { loadPipeline, type Pipeline, type Stage } from "./gates/evaluate.ts";
import { DEFAULT_CATEGORY_CRITERIA, DEFAULT_STAGES } from "./gates/default-stages.ts";
import { requireSoundStages } from "./sound-stages.ts";

const Label = z.string().trim().min(1, "This needs a label").max(120);
const Key = z.string().trim().min(1).max(40);
const Words = z.array(z.string().trim().min(1).max(200)).max(30);
const FieldEquals = z.strictObject({ key: Key, equals: z.string().max(200) });

const Criterion = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("field"), field: z.enum(CRITERION_FIELDS), label: Label }),
  z.strictObject({
    ...{ kind: z.literal("stageField"), key: Key, label: Label },
    ...{ accept: Words.optional(), unless: FieldEquals.optional() },
  }),
  z.strictObject({
    ...{ kind: z.literal("change"), from: Key, to: Key, approval: Key, label: Label },
    maxPercent: z.number().min(0).max(1000),
  }),
  z.strictObject({ kind: z.literal("activity"), activity: z.enum(ACTIVITY_KINDS), label: Label }),
  z.strictObject({ kind: z.literal("contactRole"), role: z.string().trim().min(1).max(60).nullable(), label: Label }),
  z.strictObject({ kind: z.literal("teamRole"), role: z.string().trim().min(1).max(60), label: Label }),
]);

const StageInput = z.strictObject({
  /** Of a stage that is there; a new one has none. */
  stageId: z.uuid().optional(),
  name: z.string().trim().min(1, "A stage needs a name").max(60),
  probability: z.number().min(0).max(1),
  forecastCategory: z.enum(FORECAST_CATEGORIES),
  allowedCategories: z.array(z.enum(FORECAST_CATEGORIES)).max(5),
  kind: z.enum(["open", "won", "lost"]),
  idleDays: z.number().int().min(1).max(365),
  guidance: z.string().trim().max(2000),
  fields: z
    .array(
      z.strictObject({
        ...{ key: Key, label: Label, type: z.enum(STAGE_FIELD_TYPES) },
        ...{ options: Words.optional(), help: z.string().trim().max(300).optional(), riskValues: Words.optional() },
      }),
    )
    .max(30),
  exitCriteria: z.array(Criterion).max(30),
  activityTemplates: z
    .array(
      z.strictObject({
        ...{ kind: z.enum(ACTIVITY_KINDS), subject: z.string().trim().min(1).max(200) },
        ...{ outcomes: Words, checklist: Words },
      }),
    )
    .max(10),
  skipWhen: FieldEquals.nullable(),
});
export type StageInput = z.infer<typeof StageInput>;

export const SavePipelineInput = z.strictObject({
  pipelineId: z.uuid(),
  version: z.number().int().min(1),
  name: z.string().trim().min(1, "A pipeline needs a name").max(60),
  allowsSkipping: z.boolean(),
  allowsBackward: z.boolean(),
  categoryCriteria: z.partialRecord(z.enum(FORECAST_CATEGORIES), z.array(Criterion).max(30)),
  /** In their order. Stages that are there and are not named are removed. */
  stages: z.array(StageInput).min(1).max(30),
  /** Where the deals of a removed stage go: removed stage → one that stays. */
  stageMap: z.record(z.string().max(60), z.uuid()).default({}),
});
export const CreatePipelineInput = z.strictObject({ name: z.string().trim().min(1).max(60) });

/** A further pipeline, with the stages that a new workspace starts with. */
export async function createPipeline(
  ctx: RequestContext,
  { name }: z.infer<typeof CreatePipelineInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "settings:manage");
  return withTransaction(ctx, async (ctx) => {
    await requireFreeName(ctx, name, undefined);
    const id = newId();
    await ctx.db
      .insert(pipeline)
      .values({ workspaceId: ctx.workspaceId, id, name, categoryCriteria: DEFAULT_CATEGORY_CRITERIA });
    await ctx.db
      .insert(stage)
      .values(
        DEFAULT_STAGES.map((one, position) => ({ ...one, position, pipelineId: id, workspaceId: ctx.workspaceId })),
      );
    await emitEvent(ctx, {
      type: "pipeline.created",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { pipelineId: id, name },
    });
    return { id };
  });
}

/**
 * Changes a pipeline as a whole. What it was before is kept as a version; removed stages keep their rows for the history, and their
 * deals go where the mapping says, each with a row and an event.
 * @throws NotFoundError; StaleWriteError; InvalidInputError naming what is wrong, such as a removed stage without a target
 */
export async function savePipeline(ctx: RequestContext, input: z.infer<typeof SavePipelineInput>): Promise<void> {
  requirePermission(ctx, "settings:manage");
  await withTransaction(ctx, async (ctx) => {
    await lockPipeline(ctx, input.pipelineId);
    const { pipeline: before, stages } = await loadPipeline(ctx, input.pipelineId);
    const known = new Map(stages.map((one) => [one.id, one]));
    for (const id of [...input.stages.map(({ stageId }) => stageId), ...Object.values(input.stageMap)])
      if (id && !known.has(id)) throw new NotFoundError("Stage", id);
    if (isSaved(input, before, stages)) return;
    if (before.version !== input.version) throw new StaleWriteError("Pipeline", before.version, { name: before.name });
    requireSoundStages(input.stages, input.categoryCriteria);
    await requireFreeName(ctx, input.name, before.id);
    const kept = new Set(input.stages.map(({ stageId }) => stageId));
    const removed = stages.filter(({ id }) => !kept.has(id));
    await keepVersion(ctx, before, stages);
    await writePipeline(ctx, input, before);
    await writeStages(ctx, input, known);
    for (const one of removed) await removeStage(ctx, one, known.get(input.stageMap[one.id] ?? ""), kept);
    await emitEvent(ctx, {
      type: "pipeline.changed",
      subject: { type: "workspace", id: ctx.workspaceId },
      data: { pipelineId: before.id, version: before.version + 1, removed: removed.map(({ name }) => name) },
    });
  });
}

/** Whether the pipeline is as the input wants it already: a change that is sent twice is no conflict. */
function isSaved(input: z.infer<typeof SavePipelineInput>, before: Pipeline, stages: Stage[]): boolean {
  const { name, allowsSkipping, allowsBackward, categoryCriteria } = before;
  const now = stages.map(({ id, workspaceId: _w, pipelineId: _p, position: _o, archivedAt: _a, ...one }) => ({
    ...one,
    stageId: id,
  }));
  const { pipelineId: _id, version: _version, stageMap: _stageMap, ...wanted } = input;
  return isDeepStrictEqual(wanted, { name, allowsSkipping, allowsBackward, categoryCriteria, stages: now });
}

async function lockPipeline(ctx: RequestContext, id: string): Promise<void> {
  const locked = await ctx.db
    .select({ id: pipeline.id })
    .from(pipeline)
    .where(and(eq(pipeline.workspaceId, ctx.workspaceId), eq(pipeline.id, id)))
    .for("update");
  if (locked.length === 0) throw new NotFoundError("Pipeline", id);
}

async function requireFreeName(ctx: RequestContext, name: string, but: string | undefined): Promise<void> {
  const [other] = await ctx.db
    .select({ id: pipeline.id })
    .from(pipeline)
    .where(and(eq(pipeline.workspaceId, ctx.workspaceId), eq(pipeline.name, name)));
  if (other && other.id !== but)
    throw new InvalidInputError("Another pipeline has this name", { name: "taken" }, "name_taken");
}

const keepVersion = (ctx: RequestContext, before: Pipeline, stages: Stage[]) =>
  ctx.db.insert(pipelineVersion).values({
    workspaceId: ctx.workspaceId,
    pipelineId: before.id,
    version: before.version,
    definition: { ...before, stages },
    createdBy: actorId(ctx),
    createdAt: ctx.now(),
  });

const writePipeline = (ctx: RequestContext, input: z.infer<typeof SavePipelineInput>, before: Pipeline) =>
  ctx.db
    .update(pipeline)
    .set({
      name: input.name,
      allowsSkipping: input.allowsSkipping,
      allowsBackward: input.allowsBackward,
      categoryCriteria: input.categoryCriteria as Pipeline["categoryCriteria"],
      version: before.version + 1,
    })
    .where(and(eq(pipeline.workspaceId, ctx.workspaceId), eq(pipeline.id, before.id)));

async function writeStages(
  ctx: RequestContext,
  input: z.infer<typeof SavePipelineInput>,
  known: Map<string, Stage>,
): Promise<void> {
  const mine = and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.pipelineId, input.pipelineId));
  // Names are each other's for a moment when two are exchanged; also those of removed stages make room.
  await ctx.db
    .update(stage)
    .set({ name: sql`${stage.name} || ' ' || ${stage.id}::text` })
    .where(mine);
  for (const [position, { stageId, ...fields }] of input.stages.entries()) {
    const values = { ...fields, position } as Partial<Stage> & { name: string };
    if (stageId) {
      await ctx.db
        .update(stage)
        .set(values)
        .where(and(mine, eq(stage.id, stageId)));
      await followKind(ctx, known.get(stageId)!, fields.kind);
    } else {
      await ctx.db.insert(stage).values({
        ...(values as typeof stage.$inferInsert),
        workspaceId: ctx.workspaceId,
        pipelineId: input.pipelineId,
      });
    }
  }
}

/** A stage that holds deals keeps its kind: an open deal does not become a won one by a setting. */
async function followKind(ctx: RequestContext, before: Stage, kind: Stage["kind"]): Promise<void> {
  if (before.kind === kind || (await countDeals(ctx, before.id)) === 0) return;
  throw new InvalidInputError(
    `${before.name} holds deals, so it stays ${before.kind}`,
    { kind: "holds deals" },
    "stage_kind",
  );
}

async function countDeals(ctx: RequestContext, stageId: string): Promise<number> {
  const [row] = await ctx.db
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.stageId, stageId)));
  return row?.count ?? 0;
}

async function removeStage(
  ctx: RequestContext,
  gone: Stage,
  target: Stage | undefined,
  kept: ReadonlySet<string | undefined>,
): Promise<void> {
  const deals = await countDeals(ctx, gone.id);
  if (deals > 0 && (!target || !kept.has(target.id) || target.kind !== gone.kind))
    throw new InvalidInputError(
      `${gone.name} holds ${deals} deals: say which ${gone.kind} stage they go to`,
      { [`stageMap.${gone.id}`]: "This is needed" },
      "stage_mapping",
    );
  // The suffix stays: a later stage may have the name again.
  await ctx.db
    .update(stage)
    .set({ archivedAt: ctx.now(), name: `${gone.name} (removed ${ctx.now().toISOString().slice(0, 19)}Z)` })
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.id, gone.id)));
  if (deals > 0) await moveDeals(ctx, gone, target!);
}

/** No gate is asked: the stage is gone, and nobody has got further by it. */
async function moveDeals(ctx: RequestContext, from: Stage, to: Stage): Promise<void> {
  const now = ctx.now().toISOString();
  await ctx.db.execute(sql`
    insert into opportunity_stage_history (workspace_id, id, opportunity_id, from_stage_id, to_stage_id, moved_at, duration_seconds, actor_id, reason)
    select workspace_id, gen_random_uuid(), id, stage_id, ${to.id}::uuid, ${now}::timestamptz,
      greatest(0, extract(epoch from ${now}::timestamptz - stage_entered_at))::int, ${actorId(ctx)}, ${`The stage ${from.name} was removed`}
    from opportunity where workspace_id = ${ctx.workspaceId} and stage_id = ${from.id}`);
  const moved = await ctx.db
    .update(opportunity)
    .set({
      stageId: to.id,
      stageEnteredAt: ctx.now(),
      version: sql`${opportunity.version} + 1`,
      updatedAt: ctx.now(),
    })
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.stageId, from.id)))
    .returning({ id: opportunity.id, accountId: opportunity.accountId });
  await emitEvents(
    ctx,
    moved.map(({ id, accountId }) => ({
      type: "opportunity.stage_changed" as const,
      subject: { type: "opportunity" as const, id },
      changes: { stageId: [from.id, to.id] as [string, string] },
      data: { accountId, fromStage: from.name, toStage: to.name, reason: "The stage was removed" },
    })),
  );
}

/** Every pipeline with all that an administrator may change, and how many deals each stage holds. */
export async function listPipelines(ctx: RequestContext) {
  requirePermission(ctx, "settings:manage");
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db
      .select()
      .from(pipeline)
      .where(and(eq(pipeline.workspaceId, ctx.workspaceId), isNull(pipeline.archivedAt)))
      .orderBy(sql`${pipeline.isDefault} desc`, pipeline.name);
    const counts = await ctx.db
      .select({ stageId: opportunity.stageId, count: sql<number>`count(*)`.mapWith(Number) })
      .from(opportunity)
      .where(
        and(
          eq(opportunity.workspaceId, ctx.workspaceId),
          inArray(
            opportunity.pipelineId,
            rows.map(({ id }) => id),
          ),
        ),
      )
      .groupBy(opportunity.stageId);
    const countOf = new Map(counts.map(({ stageId, count }) => [stageId, count]));
    const result = [];
    for (const { id } of rows) {
      const { pipeline: one, stages } = await loadPipeline(ctx, id);
      result.push({ ...one, stages: stages.map((row) => ({ ...row, deals: countOf.get(row.id) ?? 0 })) });
    }
    return result;
  });
}
