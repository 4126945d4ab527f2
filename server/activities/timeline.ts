import { and, desc, eq, inArray, isNull, lt, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { activity, ACTIVITY_KINDS, activityLink, appUser, eventLog } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const TimelineInput = z.strictObject({
  record: z.strictObject({ type: z.enum(["account", "contact", "opportunity"]), id: z.uuid() }),
  before: z.iso.datetime({ offset: true }).nullish(),
  kind: z.enum(ACTIVITY_KINDS).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

export type TimelineEntry =
  | {
      type: "activity";
      id: string;
      at: Date;
      kind: string;
      subject: string;
      body: string;
      direction: string;
      outcome: string | null;
      durationMinutes: number | null;
      personName: string | null;
    }
  | { type: "event"; id: string; at: Date; event: string; summary: string; personName: string | null };

/** Events shown among the activities, with the words for them. */
const EVENT_WORDS: Record<string, (data: Record<string, unknown>) => string> = {
  "opportunity.created": () => "created the opportunity",
  "opportunity.stage_changed": (data) => `moved it to ${String(data.toStage)}`,
  "opportunity.reassigned": () => "gave it to another owner",
  "account.created": () => "created the account",
  "contact.created": () => "created the contact",
  "coaching.requested": () => "asked for an acknowledgment",
  "coaching.acknowledged": () => "acknowledged the coaching",
  "coaching.escalated": (data) => `escalated unanswered coaching (level ${String(data.level)})`,
  "coaching.done": () => "finished the coaching item",
  "coaching.reopened": () => "reopened the coaching item",
  "coaching.withdrawn": () => "withdrew the coaching item",
  "review.recorded": (data) => `reviewed it: ${String(data.outcome).replace("_", " ")}`,
};

/** What happened with a record, newest first: activities and the milestones of the log, one page of both merged by time. */
export async function getTimeline(ctx: RequestContext, input: z.infer<typeof TimelineInput>) {
  requirePermission(ctx, "account:read");
  return withTransaction(ctx, async (ctx) => {
    const before = input.before ? new Date(input.before) : undefined;
    const activities = await listActivities(ctx, input, before);
    const events = input.kind ? [] : await listMilestones(ctx, input, before);
    const merged = [...activities, ...events].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
    const entries = merged.slice(0, input.limit);
    const hasMore = merged.length > input.limit;
    return { entries, nextBefore: hasMore ? (entries.at(-1)?.at.toISOString() ?? null) : null };
  });
}

async function listActivities(
  ctx: RequestContext,
  input: z.infer<typeof TimelineInput>,
  before: Date | undefined,
): Promise<TimelineEntry[]> {
  const link = {
    account: activityLink.accountId,
    contact: activityLink.contactId,
    opportunity: activityLink.opportunityId,
  }[input.record.type];
  const rows = await ctx.db
    .select({
      id: activity.id,
      at: activity.occurredAt,
      kind: activity.kind,
      subject: activity.subject,
      body: activity.body,
      direction: activity.direction,
      outcome: activity.outcome,
      durationMinutes: activity.durationMinutes,
      personName: appUser.name,
    })
    .from(activityLink)
    .innerJoin(
      activity,
      and(eq(activity.workspaceId, activityLink.workspaceId), eq(activity.id, activityLink.activityId)),
    )
    .leftJoin(appUser, and(eq(appUser.workspaceId, activity.workspaceId), eq(appUser.id, activity.ownerId)))
    .where(
      and(
        eq(activityLink.workspaceId, ctx.workspaceId),
        eq(link, input.record.id),
        isNull(activity.deletedAt),
        input.kind ? eq(activity.kind, input.kind) : undefined,
        before ? lt(activityLink.occurredAt, before) : undefined,
      ),
    )
    .orderBy(desc(activityLink.occurredAt))
    .limit(input.limit + 1);
  return rows.map((row) => ({ type: "activity", ...row }));
}

async function listMilestones(
  ctx: RequestContext,
  input: z.infer<typeof TimelineInput>,
  before: Date | undefined,
): Promise<TimelineEntry[]> {
  const { type, id } = input.record;
  const aboutIt: SQL = sql`((${eventLog.subjectType} = ${type} and ${eventLog.subjectId} = ${id})
    or ${eventLog.payload} -> 'data' ->> ${`${type}Id`} = ${id})`;
  const rows = await ctx.db
    .select({
      id: eventLog.eventId,
      at: eventLog.occurredAt,
      event: eventLog.type,
      payload: eventLog.payload,
      personName: appUser.name,
    })
    .from(eventLog)
    .leftJoin(
      appUser,
      and(eq(appUser.workspaceId, eventLog.workspaceId), sql`${appUser.id}::text = ${eventLog.actorId}`),
    )
    .where(
      and(
        eq(eventLog.workspaceId, ctx.workspaceId),
        inArray(eventLog.type, Object.keys(EVENT_WORDS)),
        aboutIt,
        before ? lt(eventLog.occurredAt, before) : undefined,
      ),
    )
    .orderBy(desc(eventLog.seq))
    .limit(input.limit + 1);
  return rows.map(({ payload, event, ...row }) => ({
    type: "event",
    event,
    summary: EVENT_WORDS[event]!(payload.data ?? {}),
    ...row,
  }));
}
