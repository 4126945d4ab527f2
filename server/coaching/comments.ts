import { and, asc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { appUser, room, roomComment } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ForbiddenError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { hasPermission, requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { PassageAnchorInput } from "./request-coaching.ts";

export const AddCommentInput = z.strictObject({
  roomId: z.uuid(),
  body: z.string().trim().min(1, "Say something").max(10_000),
  anchor: PassageAnchorInput.optional(),
});
export const ResolveCommentInput = z.strictObject({ commentId: z.uuid() });

/** A remark on a passage; whoever may read the room may make it, also without a write right on the notes. */
export async function addComment(ctx: RequestContext, input: z.infer<typeof AddCommentInput>): Promise<{ id: string }> {
  requirePermission(ctx, "comment:write");
  const { userId } = requireUser(ctx);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    const subject = await getSubject(ctx, input.roomId);
    await ctx.db.insert(roomComment).values({
      ...input,
      anchor: input.anchor ?? null,
      id,
      workspaceId: ctx.workspaceId,
      authorId: userId,
      createdAt: ctx.now(),
    });
    await emitEvent(ctx, {
      type: "comment.added",
      subject: { type: "comment", id },
      data: { roomId: input.roomId, ...subject },
    });
    return { id };
  });
}

/** Open remarks of a room, oldest first. */
export async function listComments(ctx: RequestContext, { roomId }: { roomId: string }) {
  requirePermission(ctx, "room:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: roomComment.id,
        body: roomComment.body,
        anchor: roomComment.anchor,
        authorId: roomComment.authorId,
        authorName: appUser.name,
        createdAt: roomComment.createdAt,
      })
      .from(roomComment)
      .innerJoin(appUser, and(eq(appUser.workspaceId, roomComment.workspaceId), eq(appUser.id, roomComment.authorId)))
      .where(
        and(
          eq(roomComment.workspaceId, ctx.workspaceId),
          eq(roomComment.roomId, roomId),
          isNull(roomComment.resolvedAt),
        ),
      )
      .orderBy(asc(roomComment.createdAt))
      .limit(200),
  );
}

/** Closes a remark: its author may, and whoever may write in rooms. @throws NotFoundError; ForbiddenError */
export async function resolveComment(
  ctx: RequestContext,
  { commentId }: z.infer<typeof ResolveCommentInput>,
): Promise<void> {
  requirePermission(ctx, "comment:write");
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    const where = and(eq(roomComment.workspaceId, ctx.workspaceId), eq(roomComment.id, commentId));
    const [row] = await ctx.db.select().from(roomComment).where(where).for("update");
    if (!row) throw new NotFoundError("Comment", commentId);
    if (row.authorId !== userId && !hasPermission(ctx, "room:write"))
      throw new ForbiddenError("Only its author may close this comment");
    await ctx.db.update(roomComment).set({ resolvedAt: ctx.now() }).where(where);
    await emitEvent(ctx, {
      type: "comment.resolved",
      subject: { type: "comment", id: commentId },
      data: { roomId: row.roomId },
    });
  });
}

async function getSubject(
  ctx: RequestContext,
  roomId: string,
): Promise<{ opportunityId?: string; accountId?: string }> {
  const [row] = await ctx.db
    .select({ subjectType: room.subjectType, subjectId: room.subjectId })
    .from(room)
    .where(and(eq(room.workspaceId, ctx.workspaceId), eq(room.id, roomId)));
  if (!row) throw new NotFoundError("Room", roomId);
  return row.subjectType === "opportunity" ? { opportunityId: row.subjectId } : { accountId: row.subjectId };
}
