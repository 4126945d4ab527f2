import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { appUser, workspace } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { hashPassword, isPasswordCorrect } from "./password.ts";
import { requireStrongPassword } from "./password-strength.ts";
import { endSessions } from "./sessions.ts";
import { admitSignIn } from "./throttle.ts";

export const ChangePasswordInput = z.strictObject({
  current: z.string().min(1).max(1024),
  next: z.string().max(1024),
});
export const SetPasswordInput = z.strictObject({ userId: z.uuid(), password: z.string().max(1024) });

/**
 * The caller's own password; his other sessions end.
 * @throws InvalidInputError for a wrong current or a poor new one; LimitError after many wrong ones.
 */
export async function changePassword(ctx: RequestContext, input: z.infer<typeof ChangePasswordInput>): Promise<void> {
  const { userId, email, sessionIdHash } = requireUser(ctx);
  // Whoever found an open session may not try out passwords on it.
  const attempt = await admitSignIn(ctx.db, email, `session:${userId}`, ctx.now());
  const [row] = await withSystemTransaction(ctx.db, (tx) =>
    tx
      .select({ passwordHash: appUser.passwordHash })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId))),
  );
  if (!(await isPasswordCorrect(row?.passwordHash ?? null, input.current)))
    throw new InvalidInputError("The current password is wrong", { current: "wrong" });
  await attempt.succeeded();
  const passwordHash = await hashNewPassword(ctx, input.next, userId);
  await withTransaction(ctx, async (ctx) => {
    await storePassword(ctx, userId, passwordHash);
    await endSessions(ctx, userId, sessionIdHash);
    await emitEvent(ctx, { type: "user.password_changed", subject: { type: "user", id: userId } });
  });
}

/** Another person's password, for whoever manages people: for somebody who forgot it. All his sessions end. */
export async function setPassword(ctx: RequestContext, input: z.infer<typeof SetPasswordInput>): Promise<void> {
  requirePermission(ctx, "user:manage");
  const { userId } = input;
  const passwordHash = await hashNewPassword(ctx, input.password, userId);
  await withTransaction(ctx, async (ctx) => {
    await storePassword(ctx, userId, passwordHash);
    await endSessions(ctx, userId, null);
    await emitEvent(ctx, { type: "user.password_set", subject: { type: "user", id: userId } });
  });
}

async function hashNewPassword(ctx: RequestContext, password: string, userId: string): Promise<string> {
  const [person] = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ name: appUser.name, email: appUser.email, workspaceName: workspace.name })
      .from(appUser)
      .innerJoin(workspace, eq(workspace.id, appUser.workspaceId))
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId))),
  );
  if (!person) throw new NotFoundError("User", userId);
  requireStrongPassword(password, Object.values(person));
  return hashPassword(password);
}

async function storePassword(ctx: RequestContext, userId: string, passwordHash: string): Promise<void> {
  await ctx.db
    .update(appUser)
    .set({ passwordHash, updatedAt: ctx.now() })
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId)));
}
