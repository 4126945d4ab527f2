import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { appUser, opportunityTeam, recordShare } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { lockOpportunity } from "./rows.ts";

export const SetTeamMemberInput = z.strictObject({
  opportunityId: z.uuid(),
  userId: z.uuid(),
  role: z.string().trim().min(1).max(60),
});
export const RemoveTeamMemberInput = z.strictObject({ opportunityId: z.uuid(), userId: z.uuid() });

/** Puts a colleague on the deal, which opens it to him at once, or changes his role there. @throws NotFoundError */
export async function setTeamMember(ctx: RequestContext, input: z.infer<typeof SetTeamMemberInput>): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, input.opportunityId);
    const [colleague] = await ctx.db
      .select({ id: appUser.id })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, input.userId), eq(appUser.status, "active")));
    if (!colleague) throw new NotFoundError("User", input.userId);
    await ctx.db
      .insert(opportunityTeam)
      .values({ ...input, workspaceId: ctx.workspaceId })
      .onConflictDoUpdate({
        target: [opportunityTeam.workspaceId, opportunityTeam.opportunityId, opportunityTeam.userId],
        set: { role: input.role },
      });
    await ctx.db
      .insert(recordShare)
      .values({
        ...{ workspaceId: ctx.workspaceId, recordType: "opportunity", recordId: deal.id, userId: input.userId },
        ...{ access: "write", createdBy: ctx.actor.kind === "user" ? ctx.actor.userId : null },
      })
      .onConflictDoNothing();
    await emitEvent(ctx, {
      type: "opportunity.team_set",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, userId: input.userId, role: input.role },
    });
  });
}

/** Takes a colleague off the deal, and with it the access that being on it gave. @throws NotFoundError */
export async function removeTeamMember(
  ctx: RequestContext,
  { opportunityId, userId }: z.infer<typeof RemoveTeamMemberInput>,
): Promise<void> {
  requirePermission(ctx, "opportunity:write");
  await withTransaction(ctx, async (ctx) => {
    const deal = await lockOpportunity(ctx, opportunityId);
    const removed = await ctx.db
      .delete(opportunityTeam)
      .where(
        and(
          eq(opportunityTeam.workspaceId, ctx.workspaceId),
          eq(opportunityTeam.opportunityId, deal.id),
          eq(opportunityTeam.userId, userId),
        ),
      )
      .returning({ userId: opportunityTeam.userId });
    if (removed.length === 0) throw new NotFoundError("User", userId);
    await ctx.db
      .delete(recordShare)
      .where(
        and(
          eq(recordShare.workspaceId, ctx.workspaceId),
          eq(recordShare.recordType, "opportunity"),
          eq(recordShare.recordId, deal.id),
          eq(recordShare.userId, userId),
        ),
      );
    await emitEvent(ctx, {
      type: "opportunity.team_removed",
      subject: { type: "opportunity", id: deal.id },
      data: { accountId: deal.accountId, userId },
    });
  });
}
