import { and, desc, eq } from "drizzle-orm";
import { session } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { procedure, router } from "#server/trpc/init.ts";
import { changePassword, ChangePasswordInput } from "./change-password.ts";

/** The caller's own sessions; an id here is no cookie and opens nothing. */
async function listSessions(ctx: RequestContext) {
  const { userId, sessionIdHash } = requireUser(ctx);
  const rows = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        idHash: session.idHash,
        ip: session.ip,
        userAgent: session.userAgent,
        createdAt: session.createdAt,
        lastSeenAt: session.lastSeenAt,
      })
      .from(session)
      .where(and(eq(session.workspaceId, ctx.workspaceId), eq(session.userId, userId)))
      .orderBy(desc(session.createdAt))
      .limit(50),
  );
  return rows.map(({ idHash, ...row }) => ({ ...row, id: idHash.slice(0, 12), isCurrent: idHash === sessionIdHash }));
}

export const authRouter = router({
  sessions: procedure("signed-in").query(({ ctx }) => listSessions(ctx)),
  changePassword: procedure("signed-in")
    .input(ChangePasswordInput)
    .mutation(({ ctx, input }) => changePassword(ctx, input)),
  signOutEverywhereElse: procedure("signed-in").mutation(({ ctx }) => ctx.auth.signOutEverywhereElse(ctx)),
});
