import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { appUser, recordShare } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { lockAccount } from "./write-account.ts";

export const TEAM_ROLES = ["Pre-sales", "Manager", "Executive sponsor", "Customer success", "Partner manager"] as const;

export const SetTeamMemberInput = z.strictObject({
  accountId: z.uuid(),
  memberId: z.uuid(),
  role: z.string().trim().min(1, "Say what this person does here").max(60),
  access: z.enum(["read", "write"]),
});
export const RemoveTeamMemberInput = SetTeamMemberInput.pick({ accountId: true, memberId: true });

const ofAccount = (ctx: RequestContext, accountId: string) =>
  and(
    eq(recordShare.workspaceId, ctx.workspaceId),
    eq(recordShare.recordType, "account"),
    eq(recordShare.recordId, accountId),
  );

/** For use inside a transaction that found the account. */
export const listTeam = (ctx: RequestContext, accountId: string) =>
  ctx.db
    .select({ userId: recordShare.userId, name: appUser.name, role: recordShare.teamRole, access: recordShare.access })
    .from(recordShare)
    .innerJoin(appUser, and(eq(appUser.workspaceId, recordShare.workspaceId), eq(appUser.id, recordShare.userId)))
    .where(ofAccount(ctx, accountId))
    .orderBy(asc(appUser.name));

/** Takes a colleague into the account's team, or changes his part; from this moment he may open it. @throws NotFoundError; InvalidInputError */
export async function setTeamMember(ctx: RequestContext, input: z.infer<typeof SetTeamMemberInput>): Promise<void> {
  requirePermission(ctx, "account:write");
  const { accountId, memberId: userId, role, access } = input;
  await withTransaction(ctx, async (ctx) => {
    const { ownerId } = await lockAccount(ctx, accountId);
    if (ownerId === userId)
      throw new InvalidInputError("The owner leads this team already", { memberId: "owner" }, "account.team");
    const [user] = await ctx.db
      .select({ status: appUser.status })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId)));
    if (!user) throw new NotFoundError("User", userId);
    if (user.status !== "active")
      throw new InvalidInputError("This person's account is disabled", { memberId: "disabled" }, "account.team");
    await ctx.db
      .insert(recordShare)
      .values({
        ...{ workspaceId: ctx.workspaceId, recordType: "account", recordId: accountId, userId, access },
        teamRole: role,
        createdBy: requireUser(ctx).userId,
      })
      .onConflictDoUpdate({
        target: [recordShare.workspaceId, recordShare.userId, recordShare.recordType, recordShare.recordId],
        set: { access, teamRole: role },
      });
    const data = { userId, role, access };
    await emitEvent(ctx, { type: "share.granted", subject: { type: "account", id: accountId }, data });
  });
}

/** @throws NotFoundError when the account or the membership is not there. */
export async function removeTeamMember(
  ctx: RequestContext,
  { accountId, memberId: userId }: z.infer<typeof RemoveTeamMemberInput>,
): Promise<void> {
  requirePermission(ctx, "account:write");
  await withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, accountId);
    const removed = await ctx.db
      .delete(recordShare)
      .where(and(ofAccount(ctx, accountId), eq(recordShare.userId, userId)))
      .returning({ userId: recordShare.userId });
    if (removed.length === 0) throw new NotFoundError("User", userId);
    await emitEvent(ctx, { type: "share.revoked", subject: { type: "account", id: accountId }, data: { userId } });
  });
}
