import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { COMPETITOR_POSITIONS, opportunityCompetitor } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { lockOpportunity } from "./rows.ts";

export const SetCompetitorInput = z.strictObject({
  opportunityId: z.uuid(),
  name: z.string().trim().min(1, "Say who").max(120),
  position: z.enum(COMPETITOR_POSITIONS),
  notes: z.string().trim().max(2000).default(""),
});
export const RemoveCompetitorInput = z.strictObject({ opportunityId: z.uuid(), competitorId: z.uuid() });

/** Names a competitor on the deal, or changes how we stand against the one of that name. @throws NotFoundError */
export async function setCompetitor(ctx: RequestContext, input: z.infer<typeof SetCompetitorInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const { position, notes, name } = input;
    await ctx.db
      .insert(opportunityCompetitor)
      .values({ ...input, workspaceId: ctx.workspaceId })
      .onConflictDoUpdate({
        target: [opportunityCompetitor.workspaceId, opportunityCompetitor.opportunityId, opportunityCompetitor.name],
        set: { position, notes, updatedAt: ctx.now() },
      });
    await emitEvent(ctx, {
      type: "opportunity.competitor_set",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, name, position },
    });
  });
}

/** @throws NotFoundError */
export async function removeCompetitor(
  ctx: RequestContext,
  { opportunityId, competitorId }: z.infer<typeof RemoveCompetitorInput>,
): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, opportunityId);
    const [removed] = await ctx.db
      .delete(opportunityCompetitor)
      .where(
        and(
          eq(opportunityCompetitor.workspaceId, ctx.workspaceId),
          eq(opportunityCompetitor.opportunityId, deal.id),
          eq(opportunityCompetitor.id, competitorId),
        ),
      )
      .returning({ name: opportunityCompetitor.name });
    if (!removed) throw new NotFoundError("Competitor", competitorId);
    await emitEvent(ctx, {
      type: "opportunity.competitor_removed",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, name: removed.name },
    });
  });
}
