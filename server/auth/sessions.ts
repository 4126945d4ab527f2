import { and, eq, ne } from "drizzle-orm";
import { session } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";

/**
 * Ends a person's sessions, but for the one to keep; the news of it closes their sockets. Inside a transaction.
 * @returns how many
 */
export async function endSessions(ctx: RequestContext, userId: string, keepIdHash: string | null): Promise<number> {
  const ended = await ctx.db
    .delete(session)
    .where(
      and(
        eq(session.workspaceId, ctx.workspaceId),
        eq(session.userId, userId),
        keepIdHash === null ? undefined : ne(session.idHash, keepIdHash),
      ),
    )
    .returning({ idHash: session.idHash });
  await emitEvent(ctx, {
    type: "user.signed_out",
    subject: { type: "user", id: userId },
    data: { sessionIdHashes: ended.map(({ idHash }) => idHash) },
  });
  return ended.length;
}
