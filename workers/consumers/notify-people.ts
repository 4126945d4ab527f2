import { and, eq } from "drizzle-orm";
import { account, appUser, coachingItem, opportunity } from "#db/schema/index.ts";
import type { Consumer, LoggedEvent } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { notify, type NewNotification } from "#server/notifications/index.ts";

/** Who is told what, by type of event. */
const RULES: Record<string, (item: CoachingNews, event: LoggedEvent) => { userIds: string[]; title: string }> = {
  "coaching.requested": (item) => ({ userIds: [item.repId], title: `${item.authorName} asks you to acknowledge` }),
  "coaching.reopened": (item) => ({ userIds: [item.repId], title: `${item.authorName} reopened a coaching item` }),
  "coaching.acknowledged": (item) => ({
    userIds: [item.authorId],
    title: `${item.repName} acknowledged your coaching`,
  }),
  "coaching.done": (item) => ({ userIds: [item.authorId], title: `A coaching item for ${item.repName} is done` }),
  "coaching.escalated": (item, event) => ({
    userIds: [...((event.payload.data?.recipients as string[] | undefined) ?? []), item.repId],
    title: `Coaching for ${item.repName} was not acknowledged in time`,
  }),
};

/** Notifications to people about coaching that concerns them; nobody is told of an own act. */
export const notifyPeople: Consumer = {
  name: "notifications",
  wants: (type) => type in RULES,
  async handle(ctx, events) {
    for (const event of events) await notify(ctx, await newsOf(ctx, event));
  },
};

async function newsOf(ctx: RequestContext, event: LoggedEvent): Promise<NewNotification[]> {
  const item = await loadNews(ctx, event.subjectId);
  if (!item) return [];
  const { userIds, title } = RULES[event.type]!(item, event);
  const href = item.opportunityId
    ? `/apps/crm/opportunities/${item.opportunityId}/room?item=${event.subjectId}`
    : `/inbox?item=${event.subjectId}`;
  return [...new Set(userIds)]
    .filter((userId) => userId !== event.actorId)
    .map((userId) => ({
      userId,
      kind: event.type,
      title,
      body: item.recordName ?? "",
      href,
      sourceEventId: event.eventId,
    }));
}

interface CoachingNews {
  repId: string;
  repName: string;
  authorId: string;
  authorName: string;
  opportunityId: string | null;
  recordName: string | null;
}

async function loadNews(ctx: RequestContext, itemId: string): Promise<CoachingNews | undefined> {
  const [row] = await ctx.db
    .select({
      repId: coachingItem.repId,
      authorId: coachingItem.authorId,
      opportunityId: coachingItem.opportunityId,
      opportunityName: opportunity.name,
      accountName: account.name,
    })
    .from(coachingItem)
    .leftJoin(
      opportunity,
      and(eq(opportunity.workspaceId, coachingItem.workspaceId), eq(opportunity.id, coachingItem.opportunityId)),
    )
    .leftJoin(account, and(eq(account.workspaceId, coachingItem.workspaceId), eq(account.id, coachingItem.accountId)))
    .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), eq(coachingItem.id, itemId)));
  if (!row) return undefined;
  const names = await ctx.db
    .select({ id: appUser.id, name: appUser.name })
    .from(appUser)
    .where(eq(appUser.workspaceId, ctx.workspaceId));
  const nameOf = (id: string): string => names.find((user) => user.id === id)?.name ?? "Somebody";
  const { opportunityName, accountName, ...ids } = row;
  return {
    ...ids,
    repName: nameOf(row.repId),
    authorName: nameOf(row.authorId),
    recordName: opportunityName ?? accountName,
  };
}
