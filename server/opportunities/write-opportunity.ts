import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import {
  account,
  contact,
  opportunity,
  opportunityContact,
  opportunityStageHistory,
  pipeline,
  stage,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError, StaleWriteError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";

const OpportunityFields = z.strictObject({
  name: z.string().trim().min(1, "An opportunity needs a name").max(200),
  accountId: z.uuid().nullish(),
  ownerId: z.uuid(),
  productId: z.uuid().nullish(),
  amountCents: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  closeDate: z.iso.date().nullish(),
  nextStep: z.string().trim().max(500).nullish(),
  nextStepDue: z.iso.date().nullish(),
  probability: z.number().min(0).max(1),
  forecastCategory: z.enum(["omitted", "pipeline", "best_case", "commit", "closed"]),
});

export const CreateOpportunityInput = OpportunityFields.omit({ probability: true, forecastCategory: true })
  .partial({ ownerId: true })
  .extend({
    stageId: z.uuid().optional(),
  });
export const UpdateOpportunityInput = z.strictObject({
  opportunityId: z.uuid(),
  version: z.number().int().min(1),
  changes: OpportunityFields.partial(),
});
export const MoveStageInput = z.strictObject({
  opportunityId: z.uuid(),
  version: z.number().int().min(1),
  stageId: z.uuid(),
  reason: z.string().trim().max(1000).optional(),
});
export const SetContactRoleInput = z.strictObject({
  opportunityId: z.uuid(),
  contactId: z.uuid(),
  /** Null links the contact without a role. */
  role: z.string().trim().min(1).max(60).nullable(),
});
export const RemoveContactInput = z.strictObject({ opportunityId: z.uuid(), contactId: z.uuid() });

type Opportunity = typeof opportunity.$inferSelect;

/** Starts in the first stage of the default pipeline unless told otherwise; probability and forecast category are the stage's. */
export async function createOpportunity(
  ctx: RequestContext,
  input: z.infer<typeof CreateOpportunityInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "opportunity:write");
  const ownerId = input.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : undefined);
  if (!ownerId) throw new InvalidInputError("An opportunity needs an owner", { ownerId: "missing" });
  requireOwnTeam(ctx, ownerId);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    if (input.accountId) await requireAccount(ctx, input.accountId);
    const first = input.stageId ? await getStage(ctx, input.stageId) : await getFirstStage(ctx);
    const { stageId: _stageId, ...fields } = input;
    await ctx.db.insert(opportunity).values({
      ...fields,
      id,
      ownerId,
      workspaceId: ctx.workspaceId,
      pipelineId: first.pipelineId,
      stageId: first.id,
      stageKind: first.kind,
      probability: first.probability,
      forecastCategory: first.forecastCategory,
      stageEnteredAt: ctx.now(),
      openedOn: ctx.now().toISOString().slice(0, 10),
      closedAt: first.kind === "open" ? null : ctx.now(),
    });
    await recordMove(ctx, { opportunityId: id, from: null, to: first.id, enteredAt: null });
    const data = { accountId: input.accountId ?? null, name: input.name };
    await emitEvent(ctx, { type: "opportunity.created", subject: { type: "opportunity", id }, data });
    return { id };
  });
}

/** A later close date counts as a push. @throws NotFoundError; StaleWriteError; ForbiddenError for a foreign owner. */
export async function updateOpportunity(
  ctx: RequestContext,
  input: z.infer<typeof UpdateOpportunityInput>,
): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  const { opportunityId: id, version, changes } = input;
  if (changes.ownerId) {
    requirePermission(ctx, "opportunity:assign");
    requireOwnTeam(ctx, changes.ownerId);
  }
  await withTransaction(ctx, async (ctx) => {
    if (changes.accountId) await requireAccount(ctx, changes.accountId);
    const done = await updateVersioned<Opportunity>(ctx, {
      table: opportunity,
      recordType: "Opportunity",
      id,
      version,
      changes,
    });
    if (Object.keys(done.changes).length === 0) return;
    const oldDate = done.before.closeDate;
    if (changes.closeDate && oldDate && changes.closeDate > oldDate) {
      await ctx.db
        .update(opportunity)
        .set({ closeDatePushes: sql`${opportunity.closeDatePushes} + 1` })
        .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id)));
    }
    await emitEvent(ctx, {
      type: changes.ownerId ? "opportunity.reassigned" : "opportunity.updated",
      subject: { type: "opportunity", id },
      changes: done.changes,
      data: { accountId: done.before.accountId },
    });
  });
}

/** Every move is a row with its duration. @throws NotFoundError; StaleWriteError */
export async function moveStage(ctx: RequestContext, input: z.infer<typeof MoveStageInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const to = await getStage(ctx, input.stageId);
    if (deal.stageId === to.id) return;
    if (deal.version !== input.version)
      throw new StaleWriteError("Opportunity", deal.version, { stageId: deal.stageId });
    if (to.pipelineId !== deal.pipelineId)
      throw new InvalidInputError("This stage belongs to another pipeline", { stageId: "pipeline" });
    const moved = await ctx.db
      .update(opportunity)
      .set({
        stageId: to.id,
        stageKind: to.kind,
        probability: to.probability,
        forecastCategory: to.forecastCategory,
        stageEnteredAt: ctx.now(),
        closedAt: to.kind === "open" ? null : ctx.now(),
        lossReason: to.kind === "lost" ? (input.reason ?? deal.lossReason) : null,
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
      reason: input.reason,
    });
    await emitEvent(ctx, {
      type: "opportunity.stage_changed",
      subject: { type: "opportunity", id: deal.id },
      changes: { stageId: [deal.stageId, to.id], probability: [deal.probability, to.probability] },
      data: { accountId: deal.accountId, toStage: to.name, ...(input.reason ? { reason: input.reason } : {}) },
    });
  });
}

/** Puts a contact on the deal, or changes the role there. */
export async function setContactRole(ctx: RequestContext, input: z.infer<typeof SetContactRoleInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const [person] = await ctx.db
      .select({ id: contact.id })
      .from(contact)
      .where(and(eq(contact.workspaceId, ctx.workspaceId), eq(contact.id, input.contactId), isNull(contact.deletedAt)));
    if (!person) throw new NotFoundError("Contact", input.contactId);
    await ctx.db
      .insert(opportunityContact)
      .values({ ...input, workspaceId: ctx.workspaceId })
      .onConflictDoUpdate({
        target: [opportunityContact.workspaceId, opportunityContact.opportunityId, opportunityContact.contactId],
        set: { role: input.role },
      });
    await emitEvent(ctx, {
      type: "opportunity.contact_set",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, contactId: input.contactId, role: input.role },
    });
  });
}

export async function removeContact(ctx: RequestContext, input: z.infer<typeof RemoveContactInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const removed = await ctx.db
      .delete(opportunityContact)
      .where(
        and(
          eq(opportunityContact.workspaceId, ctx.workspaceId),
          eq(opportunityContact.opportunityId, deal.id),
          eq(opportunityContact.contactId, input.contactId),
        ),
      )
      .returning({ contactId: opportunityContact.contactId });
    if (removed.length === 0) throw new NotFoundError("Contact", input.contactId);
    const data = { accountId: deal.accountId, contactId: input.contactId };
    await emitEvent(ctx, { type: "opportunity.contact_removed", subject: { type: "opportunity", id: deal.id }, data });
  });
}

async function recordMove(
  ctx: RequestContext,
  move: { opportunityId: string; from: string | null; to: string; enteredAt: Date | null; reason?: string | undefined },
): Promise<void> {
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
  });
}

/** Locks the row until the transaction ends, so that two moves cannot both start from the same stage. */
async function lockOpportunity(ctx: RequestContext, id: string): Promise<Opportunity> {
  const [row] = await ctx.db
    .select()
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Opportunity", id);
  return row;
}

async function getStage(ctx: RequestContext, id: string): Promise<typeof stage.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.id, id)));
  if (!row) throw new NotFoundError("Stage", id);
  return row;
}

async function getFirstStage(ctx: RequestContext): Promise<typeof stage.$inferSelect> {
  const [row] = await ctx.db
    .select({ stage })
    .from(stage)
    .innerJoin(pipeline, and(eq(pipeline.workspaceId, stage.workspaceId), eq(pipeline.id, stage.pipelineId)))
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(pipeline.isDefault, true)))
    .orderBy(asc(stage.position))
    .limit(1);
  if (!row) throw new InvalidInputError("This workspace has no pipeline yet", { stageId: "missing" });
  return row.stage;
}

async function requireAccount(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", id);
}
