import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { aiSuggestion, opportunity } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";
import { createTask } from "#server/tasks/index.ts";
import { withLinks, type LinkedChip } from "../block.ts";
import { jobContext } from "../index-upkeep/drain.ts";
import type { Subject } from "../summaries/subject.ts";
import { findRule, own, type SuggestionContent, type SuggestionRow } from "./refresh.ts";

export const AcceptInput = z.strictObject({
  suggestionId: z.uuid(),
  /** What the person changed before accepting. */
  edited: z
    .strictObject({ title: z.string().trim().min(1).max(300).optional(), dueOn: z.iso.date().optional() })
    .optional(),
});
export const DismissInput = z.strictObject({
  suggestionId: z.uuid(),
  reason: z.string().trim().min(1, "Say why").max(300),
});

export interface SuggestionCard extends Omit<SuggestionContent, "evidence"> {
  id: string;
  rule: string;
  target: { type: string; id: string; name: string };
  evidence: LinkedChip[];
  priority: number;
  proposedAt: string;
  updatedAt: string;
}

/** The one next best action of a deal, or of the account's most pressing deal that this user may open; null when there is nothing to do. */
export async function nextBestAction(ctx: RequestContext, subject: Subject): Promise<SuggestionCard | null> {
  requirePermission(ctx, "assistant:use");
  return withTransaction(ctx, async (ctx) => {
    const visible = await listVisible(ctx, [subject]);
    if (!visible.has(refKey(subject)))
      throw new NotFoundError(subject.type === "account" ? "Account" : "Opportunity", subject.id);
    const ofSubject =
      subject.type === "account" ? eq(opportunity.accountId, subject.id) : eq(opportunity.id, subject.id);
    const [card] = await listCards(ctx, ofSubject, 1);
    return card ?? null;
  });
}

/** A person's five most pressing actions over all own deals, one per deal. */
export async function listMyActions(ctx: RequestContext, most = 5): Promise<SuggestionCard[]> {
  requirePermission(ctx, "assistant:use");
  return withTransaction(ctx, (ctx) => listCards(ctx, eq(opportunity.ownerId, requireUser(ctx).userId), most));
}

/**
 * Does what was suggested, as this user: creates the task. The deal is read again first; if the cause is gone, nothing is done and the state becomes `conflict`.
 * @throws NotFoundError; ConflictError when it was decided before.
 */
export async function acceptSuggestion(
  ctx: RequestContext,
  input: z.infer<typeof AcceptInput>,
): Promise<{ state: "accepted"; taskId: string } | { state: "conflict" }> {
  requirePermission(ctx, "task:write");
  const seen = await withTransaction(ctx, (ctx) => lockProposed(ctx, input.suggestionId));
  // The rule looks at norms of the whole workspace, so it is asked again as the product, not as this user.
  const job = jobContext(ctx.db, ctx.workspaceId, "assistant.suggest", () => ctx.now());
  const still = await withTransaction(job, (job) => findRule(job, seen.targetId, seen.rule));
  return withTransaction(ctx, async (ctx) => {
    const row = await lockProposed(ctx, input.suggestionId);
    const now = { decidedBy: requireUser(ctx).userId, decidedAt: ctx.now(), updatedAt: ctx.now() };
    if (still?.evidenceSha !== row.evidenceSha) {
      await ctx.db
        .update(aiSuggestion)
        .set({ ...now, state: "conflict" })
        .where(own(ctx, row.id));
      await emitEvent(ctx, {
        type: "suggestion.conflict",
        subject: { type: "opportunity", id: row.targetId },
        data: { rule: row.rule },
      });
      return { state: "conflict" };
    }
    const content = toContent(row);
    const [deal] = await ctx.db
      .select({ ownerId: opportunity.ownerId, accountId: opportunity.accountId })
      .from(opportunity)
      .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, row.targetId)));
    const title = input.edited?.title ?? content.title;
    const dueOn = input.edited?.dueOn ?? content.dueOn;
    const { id: taskId } = await createTask(ctx, {
      title,
      dueOn,
      ownerId: deal?.ownerId,
      opportunityId: row.targetId,
      accountId: await visibleAccount(ctx, deal?.accountId),
      source: `suggestion:${row.id}`,
    });
    const isEdited = title !== content.title || dueOn !== content.dueOn;
    await ctx.db
      .update(aiSuggestion)
      .set({ ...now, state: "accepted", outcome: { taskId, title, dueOn, isEdited } })
      .where(own(ctx, row.id));
    await emitEvent(ctx, {
      type: "suggestion.accepted",
      subject: { type: "opportunity", id: row.targetId },
      data: { rule: row.rule, isEdited, taskId },
    });
    return { state: "accepted", taskId };
  });
}

/** Takes a suggestion away with a reason; it does not come back on the same evidence. @throws NotFoundError; ConflictError when it was decided before. */
export async function dismissSuggestion(ctx: RequestContext, input: z.infer<typeof DismissInput>): Promise<void> {
  requirePermission(ctx, "assistant:use");
  await withTransaction(ctx, async (ctx) => {
    const row = await lockProposed(ctx, input.suggestionId);
    await ctx.db
      .update(aiSuggestion)
      .set({
        state: "dismissed",
        reason: input.reason,
        decidedBy: requireUser(ctx).userId,
        decidedAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .where(own(ctx, row.id));
    await emitEvent(ctx, {
      type: "suggestion.dismissed",
      subject: { type: "opportunity", id: row.targetId },
      data: { rule: row.rule },
    });
  });
}

/** How often each rule's suggestions were taken. */
export async function suggestionReport(ctx: RequestContext) {
  requirePermission(ctx, "assistant:use");
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{
      rule: string;
      accepted: number;
      edited: number;
      dismissed: number;
      expired: number;
      proposed: number;
    }>(sql`select rule,
        count(*) filter (where state = 'accepted')::int as accepted,
        count(*) filter (where state = 'accepted' and (outcome ->> 'isEdited')::boolean)::int as edited,
        count(*) filter (where state = 'dismissed')::int as dismissed,
        count(*) filter (where state = 'expired')::int as expired,
        count(*) filter (where state = 'proposed')::int as proposed
      from ai_suggestion where workspace_id = ${ctx.workspaceId} group by rule order by rule`);
    return [...rows].map((row) => ({
      ...row,
      acceptance: row.accepted + row.dismissed === 0 ? null : row.accepted / (row.accepted + row.dismissed),
    }));
  });
}

async function listCards(ctx: RequestContext, which: ReturnType<typeof eq>, most: number): Promise<SuggestionCard[]> {
  const rows = await ctx.db
    .select({ row: aiSuggestion, name: opportunity.name })
    .from(aiSuggestion)
    .innerJoin(
      opportunity,
      and(eq(opportunity.workspaceId, aiSuggestion.workspaceId), eq(opportunity.id, aiSuggestion.targetId)),
    )
    .where(
      and(
        eq(aiSuggestion.workspaceId, ctx.workspaceId),
        eq(aiSuggestion.state, "proposed"),
        which,
        sql`${opportunity.deletedAt} is null`,
        eq(opportunity.stageKind, "open"),
      ),
    )
    .orderBy(desc(aiSuggestion.priority), aiSuggestion.targetId)
    .limit(most * 2);
  const chips = rows.flatMap(({ row }) => toContent(row).evidence);
  const visible = await listVisible(ctx, chips);
  // A suggestion whose evidence this reader may not open, or that is gone, is not shown; the next refresh replaces it.
  return rows
    .filter(({ row }) => toContent(row).evidence.every((chip) => visible.has(refKey(chip))))
    .slice(0, most)
    .map(({ row, name }) => toCard(row, name));
}

function toCard(row: SuggestionRow, name: string): SuggestionCard {
  const content = toContent(row);
  return {
    ...content,
    id: row.id,
    rule: row.rule,
    target: { type: row.targetType, id: row.targetId, name },
    evidence: withLinks(content.evidence),
    priority: row.priority,
    proposedAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

async function lockProposed(ctx: RequestContext, id: string): Promise<SuggestionRow> {
  const [row] = await ctx.db.select().from(aiSuggestion).where(own(ctx, id)).for("update");
  if (!row) throw new NotFoundError("Suggestion", id);
  if (row.state !== "proposed")
    throw new ConflictError(`This suggestion is ${row.state} already`, { state: row.state });
  return row;
}

async function visibleAccount(ctx: RequestContext, accountId: string | null | undefined): Promise<string | null> {
  if (!accountId) return null;
  return (await listVisible(ctx, [{ type: "account", id: accountId }])).size > 0 ? accountId : null;
}

/** Only `refreshSuggestion` writes the column, and only from a `SuggestionContent`. */
function toContent(row: SuggestionRow): SuggestionContent {
  return row.content as unknown as SuggestionContent;
}
