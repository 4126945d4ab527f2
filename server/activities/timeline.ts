import { and, desc, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { activity, ACTIVITY_KINDS, activityEntry, activityLink, appUser, eventLog } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { encodeCursor, keyset } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { LINK_TYPES } from "./links.ts";
import { EVENT_WORDS } from "./milestones.ts";

export const TimelineInput = z.strictObject({
  record: z.strictObject({ type: z.enum(LINK_TYPES), id: z.uuid() }),
  cursor: z.string().max(500).nullish(),
  direction: z.literal("forward").optional(),
  /** A kind of activity, or the changes of the record. */
  kind: z.enum([...ACTIVITY_KINDS, "change"]).optional(),
  personId: z.uuid().optional(),
  limit: z.number().int().min(1).max(100).default(100),
});
type Input = z.infer<typeof TimelineInput>;

export type TimelineEntry = { id: string; at: Date; personName: string | null; sortKey: string } & (
  | {
      type: "activity";
      kind: string;
      subject: string;
      body: string;
      direction: string;
      outcome: string | null;
      durationMinutes: number | null;
      isOutcomeMissing: boolean;
      entries: { id: string; kind: string; text: string }[];
    }
  | { type: "event"; event: string; summary: string }
);

/** Longer texts are cut in the list, so that a page stays small; the whole text stands in the activity. */
const MOST_CHARACTERS = 1_500;

/** What happened with a record, newest first: activities and the milestones of the log, one page of both merged by time. */
export async function getTimeline(ctx: RequestContext, input: Input) {
  requirePermission(ctx, "account:read");
  return withTransaction(ctx, async (ctx) => {
    const activities = input.kind === "change" ? [] : await listActivities(ctx, input);
    const events = input.kind && input.kind !== "change" ? [] : await listMilestones(ctx, input);
    const merged = [...activities, ...events].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
    const kept = merged.slice(0, input.limit);
    const last = kept.at(-1);
    return {
      entries: kept.map(({ sortKey: _sortKey, ...entry }) => entry),
      nextCursor: merged.length > input.limit && last ? encodeCursor(last.sortKey, last.id) : null,
    };
  });
}

async function listActivities(ctx: RequestContext, input: Input): Promise<TimelineEntry[]> {
  const link = {
    account: activityLink.accountId,
    contact: activityLink.contactId,
    opportunity: activityLink.opportunityId,
    lead: activityLink.leadId,
  }[input.record.type];
  const order = { expression: sql`${activityLink.occurredAt}`, type: "timestamptz", isDescending: true } as const;
  const { after, orderBy } = keyset({ ...order, id: sql`${activityLink.activityId}` }, input.cursor);
  const rows = await ctx.db
    .select({
      id: activity.id,
      at: activity.occurredAt,
      kind: activity.kind,
      subject: activity.subject,
      body: sql<string>`left(${activity.body}, ${MOST_CHARACTERS})`,
      direction: activity.direction,
      outcome: activity.outcome,
      durationMinutes: activity.durationMinutes,
      isOutcomeMissing: sql<boolean>`${activity.isAutoLogged} and ${activity.outcome} is null`,
      personName: appUser.name,
      sortKey: sql<string>`${activityLink.occurredAt}::text`,
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
        input.kind && input.kind !== "change" ? eq(activity.kind, input.kind) : undefined,
        input.personId ? eq(activity.ownerId, input.personId) : undefined,
        after,
      ),
    )
    .orderBy(...orderBy)
    .limit(input.limit + 1);
  const entries = await loadEntries(
    ctx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ type: "activity", ...row, entries: entries.get(row.id) ?? [] }));
}

async function loadEntries(ctx: RequestContext, activityIds: string[]) {
  const found = new Map<string, { id: string; kind: string; text: string }[]>();
  if (activityIds.length === 0) return found;
  const rows = await ctx.db
    .select()
    .from(activityEntry)
    .where(and(eq(activityEntry.workspaceId, ctx.workspaceId), inArray(activityEntry.activityId, activityIds)))
    .orderBy(activityEntry.id);
  for (const { activityId, id, kind, text } of rows)
    found.set(activityId, [...(found.get(activityId) ?? []), { id, kind, text: text.slice(0, MOST_CHARACTERS) }]);
  return found;
}

async function listMilestones(ctx: RequestContext, input: Input): Promise<TimelineEntry[]> {
  const { type, id } = input.record;
  const aboutIt: SQL = sql`((${eventLog.subjectType} = ${type} and ${eventLog.subjectId} = ${id})
    or ${eventLog.payload} -> 'data' ->> ${`${type}Id`} = ${id})`;
  const order = { expression: sql`${eventLog.occurredAt}`, type: "timestamptz", isDescending: true } as const;
  const { after } = keyset({ ...order, id: sql`${eventLog.eventId}` }, input.cursor);
  const rows = await ctx.db
    .select({
      id: eventLog.eventId,
      at: eventLog.occurredAt,
      event: eventLog.type,
      payload: eventLog.payload,
      personName: appUser.name,
      sortKey: sql<string>`${eventLog.occurredAt}::text`,
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
        input.personId ? eq(eventLog.actorId, input.personId) : undefined,
        after,
      ),
    )
    .orderBy(desc(eventLog.occurredAt), desc(eventLog.eventId))
    .limit(input.limit + 1);
  return rows.map(({ payload, event, ...row }) => ({
    type: "event",
    event,
    summary: EVENT_WORDS[event]!(payload.data ?? {}),
    ...row,
  }));
}
