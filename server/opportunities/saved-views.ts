import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { appUser, savedView } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const SaveViewInput = z.strictObject({
  name: z.string().trim().min(1, "A view needs a name").max(80),
  /** The address's search part, without the question mark. */
  filters: z.string().max(1000),
  isShared: z.boolean().default(false),
});
export const RemoveViewInput = z.strictObject({ viewId: z.uuid() });

const SCREEN = "opportunities";

/** The caller's own views of the opportunities and those that colleagues share. */
export async function listViews(ctx: RequestContext) {
  requirePermission(ctx, "opportunity:read");
  const { userId } = requireUser(ctx);
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db
      .select({
        id: savedView.id,
        name: savedView.name,
        filters: savedView.filters,
        isShared: savedView.isShared,
        ownerId: savedView.ownerId,
        ownerName: appUser.name,
      })
      .from(savedView)
      .innerJoin(appUser, and(eq(appUser.workspaceId, savedView.workspaceId), eq(appUser.id, savedView.ownerId)))
      .where(and(eq(savedView.workspaceId, ctx.workspaceId), eq(savedView.screen, SCREEN)))
      .orderBy(asc(savedView.name), asc(savedView.id))
      .limit(200);
    return rows.map(({ ownerId, ...row }) => ({ ...row, isMine: ownerId === userId }));
  });
}

/** Keeps the filters under the name; a view of that name that the caller has already is replaced. */
export async function saveView(ctx: RequestContext, input: z.infer<typeof SaveViewInput>): Promise<void> {
  requirePermission(ctx, "opportunity:read");
  const { userId: ownerId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .insert(savedView)
      .values({ ...input, ownerId, screen: SCREEN, workspaceId: ctx.workspaceId })
      .onConflictDoUpdate({
        target: [savedView.workspaceId, savedView.ownerId, savedView.screen, savedView.name],
        set: { filters: input.filters, isShared: input.isShared },
      });
    await emitEvent(ctx, { type: "view.saved", subject: { type: "workspace", id: ctx.workspaceId } });
  });
}

/** @throws NotFoundError unless it is the caller's own */
export async function removeView(ctx: RequestContext, { viewId }: z.infer<typeof RemoveViewInput>): Promise<void> {
  requirePermission(ctx, "opportunity:read");
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    const removed = await ctx.db
      .delete(savedView)
      .where(and(eq(savedView.workspaceId, ctx.workspaceId), eq(savedView.id, viewId), eq(savedView.ownerId, userId)))
      .returning({ id: savedView.id });
    if (removed.length === 0) throw new NotFoundError("View", viewId);
    await emitEvent(ctx, { type: "view.removed", subject: { type: "workspace", id: ctx.workspaceId } });
  });
}
