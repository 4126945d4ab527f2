import { and, asc, eq, isNull } from "drizzle-orm";
import { account, opportunity, opportunityStageHistory, pipeline, stage } from "#db/schema/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";

export type Opportunity = typeof opportunity.$inferSelect;

/** Locks the row until the transaction ends, so that two moves cannot both start from the same stage. @throws NotFoundError */
export async function lockOpportunity(ctx: RequestContext, id: string): Promise<Opportunity> {
  const [row] = await ctx.db
    .select()
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Opportunity", id);
  return row;
}

/** Also a removed one. @throws NotFoundError */
export async function getStage(ctx: RequestContext, id: string): Promise<typeof stage.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.id, id)));
  if (!row) throw new NotFoundError("Stage", id);
  return row;
}

/** Where a new deal starts: the first open stage of the default pipeline. @throws InvalidInputError without a pipeline */
export async function getFirstStage(ctx: RequestContext, pipelineId?: string): Promise<typeof stage.$inferSelect> {
  const [row] = await ctx.db
    .select({ stage })
    .from(stage)
    .innerJoin(pipeline, and(eq(pipeline.workspaceId, stage.workspaceId), eq(pipeline.id, stage.pipelineId)))
    .where(
      and(
        eq(stage.workspaceId, ctx.workspaceId),
        pipelineId ? eq(pipeline.id, pipelineId) : eq(pipeline.isDefault, true),
        isNull(stage.archivedAt),
        eq(stage.kind, "open"),
      ),
    )
    .orderBy(asc(stage.position), asc(stage.id))
    .limit(1);
  if (!row) throw new InvalidInputError("This workspace has no pipeline yet", { stageId: "missing" });
  return row.stage;
}

/** @throws NotFoundError */
export async function requireAccount(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", id);
}

interface StageMove {
  opportunityId: string;
  from: string | null;
  to: string;
  enteredAt: Date | null;
  reason?: string | undefined;
  waived?: string[];
}

/** The history's row of a move. */
export async function recordMove(ctx: RequestContext, move: StageMove): Promise<void> {
  await ctx.db.insert(opportunityStageHistory).values({
    workspaceId: ctx.workspaceId,
    opportunityId: move.opportunityId,
    fromStageId: move.from,
    toStageId: move.to,
    movedAt: ctx.now(),
    durationSeconds: move.enteredAt
      ? Math.max(0, Math.round((ctx.now().getTime() - move.enteredAt.getTime()) / 1000))
      : null,
    actorId: actorId(ctx),
    reason: move.reason ?? null,
    waived: move.waived ?? [],
  });
}
