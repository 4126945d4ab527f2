import { and, eq } from "drizzle-orm";
import { appUser, opportunity, task } from "#db/schema/index.ts";
import type { Consumer, LoggedEvent } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { notify } from "#server/notifications/index.ts";

const TITLES: Record<string, (name: string) => string> = {
  "task.requested": (name) => `${name} asks you for something`,
  "task.answered": (name) => `${name} answered your question`,
  "task.booked": (name) => `${name} booked the demo`,
};

/** Tells the person asked of a request, and whoever asked of the answer. */
export const notifyRequests: Consumer = {
  name: "notifications.requests",
  wants: (type) => type in TITLES,
  async handle(ctx, events) {
    for (const event of events) await tell(ctx, event);
  },
};

async function tell(ctx: RequestContext, event: LoggedEvent): Promise<void> {
  const userId = event.payload.data?.userId;
  if (typeof userId !== "string" || userId === event.actorId) return;
  const [row] = await ctx.db
    .select({ opportunityId: opportunity.id, dealName: opportunity.name, actorName: appUser.name })
    .from(task)
    .innerJoin(opportunity, and(eq(opportunity.workspaceId, task.workspaceId), eq(opportunity.id, task.opportunityId)))
    .innerJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, event.actorId)))
    .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, event.subjectId)));
  if (!row) return;
  await notify(ctx, [
    {
      ...{ userId, kind: event.type, title: TITLES[event.type]!(row.actorName), body: row.dealName },
      href: event.type === "task.requested" ? "/priorities" : `/apps/crm/opportunities/${row.opportunityId}`,
      sourceEventId: event.eventId,
    },
  ]);
}
