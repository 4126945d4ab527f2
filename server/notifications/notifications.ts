import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { notification } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const MarkReadInput = z.strictObject({ notificationIds: z.array(z.uuid()).max(200).optional() });

/** The caller's latest notifications and how many are unread (at most 100 counted). */
export async function listNotifications(ctx: RequestContext) {
  const { userId } = requireUser(ctx);
  return withTransaction(ctx, async (ctx) => {
    const mine = and(eq(notification.workspaceId, ctx.workspaceId), eq(notification.userId, userId));
    const rows = await ctx.db.select().from(notification).where(mine).orderBy(desc(notification.createdAt)).limit(50);
    const unread = ctx.db
      .select({ one: sql`1` })
      .from(notification)
      .where(and(mine, isNull(notification.readAt)))
      .limit(100)
      .as("unread");
    const [counted] = await ctx.db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(unread);
    return { rows, unreadCount: counted?.count ?? 0 };
  });
}

/** Marks these, or all, of the caller's notifications as read. */
export async function markRead(ctx: RequestContext, { notificationIds }: z.infer<typeof MarkReadInput>): Promise<void> {
  const { userId } = requireUser(ctx);
  await withTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(notification)
      .set({ readAt: ctx.now() })
      .where(
        and(
          eq(notification.workspaceId, ctx.workspaceId),
          eq(notification.userId, userId),
          isNull(notification.readAt),
          notificationIds ? inArray(notification.id, notificationIds) : undefined,
        ),
      );
    await emitEvent(ctx, { type: "user.notifications_read", subject: { type: "user", id: userId } });
  });
}

export interface NewNotification {
  userId: string;
  kind: string;
  title: string;
  body?: string;
  href: string;
  /** One per person, kind and event, however often the event is handled. */
  sourceEventId: string;
}

/** Tells people, inside the transaction of the event's follower. */
export async function notify(ctx: RequestContext, news: NewNotification[]): Promise<void> {
  if (news.length === 0) return;
  await ctx.db
    .insert(notification)
    .values(news.map((one) => ({ ...one, workspaceId: ctx.workspaceId, createdAt: ctx.now() })))
    .onConflictDoNothing();
  for (const userId of new Set(news.map((one) => one.userId))) {
    await emitEvent(ctx, { type: "user.notified", subject: { type: "user", id: userId } });
  }
}
