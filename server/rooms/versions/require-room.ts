import { and, eq } from "drizzle-orm";
import { room } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";

/** The room, if this person may read it. Inside a transaction. @throws NotFoundError */
export async function requireRoom(ctx: RequestContext, roomId: string): Promise<typeof room.$inferSelect> {
  const [found] = await ctx.db
    .select()
    .from(room)
    .where(and(eq(room.workspaceId, ctx.workspaceId), eq(room.id, roomId)));
  if (!found) throw new NotFoundError("room", roomId);
  return found;
}
