import { and, asc, desc, eq, inArray, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import {
  account,
  appUser,
  coachingEntry,
  coachingItem,
  opportunity,
  review,
  SEVERITIES,
  slaPolicy,
  type CoachingState,
} from "#db/schema/index.ts";
import { alias } from "drizzle-orm/pg-core";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { allowedActs, UNANSWERED } from "./acts.ts";

export const INBOX_TABS = ["to_acknowledge", "waiting", "escalated", "done"] as const;
export const ListInboxInput = z.strictObject({
  tab: z.enum(INBOX_TABS),
  limit: z.number().int().min(1).max(200).default(100),
});
export const ListItemsInput = z.strictObject({
  opportunityId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  roomId: z.uuid().optional(),
  repId: z.uuid().optional(),
  severity: z.enum(SEVERITIES).optional(),
});

const rep = alias(appUser, "rep");
const author = alias(appUser, "author");

/** Which items each tab of the inbox holds, for this person. */
function tabFilter(ctx: RequestContext, tab: (typeof INBOX_TABS)[number]): SQL {
  const { userId } = requireUser(ctx);
  const isRep = eq(coachingItem.repId, userId);
  const isUnanswered = inArray(coachingItem.state, UNANSWERED);
  const isOthers = sql`${coachingItem.repId} <> ${userId}`;
  switch (tab) {
    case "to_acknowledge":
      return and(isRep, isUnanswered)!;
    case "waiting":
      return and(
        isOthers,
        inArray(coachingItem.state, ["open", "reopened", "acknowledged", "in_progress"] satisfies CoachingState[]),
      )!;
    case "escalated":
      return and(isOthers, eq(coachingItem.state, "escalated"))!;
    case "done":
      return and(
        sql`(${coachingItem.state} in ('done', 'withdrawn') or (${isRep} and ${coachingItem.state} in ('acknowledged', 'in_progress')))`,
        sql`${coachingItem.updatedAt} > ${new Date(ctx.now().getTime() - 90 * 86_400_000).toISOString()}::timestamptz`,
      )!;
  }
}

/** The caller's inbox over all deals, overdue first. Row-level security keeps out what is not his to see. */
export async function listInbox(ctx: RequestContext, input: z.infer<typeof ListInboxInput>) {
  requirePermission(ctx, "coaching:read");
  return withTransaction(ctx, async (ctx) => {
    const order = input.tab === "done" ? desc(coachingItem.updatedAt) : asc(coachingItem.dueAt);
    return selectItems(ctx, tabFilter(ctx, input.tab), [order, asc(coachingItem.id)], input.limit);
  });
}

/** How many items each tab holds, and how many of the caller's own are overdue. */
export async function countInbox(ctx: RequestContext) {
  requirePermission(ctx, "coaching:read");
  return withTransaction(ctx, async (ctx) => {
    const count = (filter: SQL) => sql<number>`count(*) filter (where ${filter})`.mapWith(Number);
    const overdue = and(
      tabFilter(ctx, "to_acknowledge"),
      sql`${coachingItem.dueAt} < ${ctx.now().toISOString()}::timestamptz`,
    )!;
    const [row] = await ctx.db
      .select({
        to_acknowledge: count(tabFilter(ctx, "to_acknowledge")),
        waiting: count(tabFilter(ctx, "waiting")),
        escalated: count(tabFilter(ctx, "escalated")),
        done: count(tabFilter(ctx, "done")),
        overdue: count(overdue),
      })
      .from(coachingItem)
      .where(eq(coachingItem.workspaceId, ctx.workspaceId));
    return row!;
  });
}

/** Items of a deal, account, room or rep, newest first. */
export async function listItems(ctx: RequestContext, input: z.infer<typeof ListItemsInput>) {
  requirePermission(ctx, "coaching:read");
  const filter = and(
    input.opportunityId ? eq(coachingItem.opportunityId, input.opportunityId) : undefined,
    input.accountId ? eq(coachingItem.accountId, input.accountId) : undefined,
    input.roomId ? eq(coachingItem.roomId, input.roomId) : undefined,
    input.repId ? eq(coachingItem.repId, input.repId) : undefined,
    input.severity ? eq(coachingItem.severity, input.severity) : undefined,
  );
  return withTransaction(ctx, (ctx) => selectItems(ctx, filter, [desc(coachingItem.createdAt)], 200));
}

/** One item with its whole ledger. @throws NotFoundError */
export async function getItem(ctx: RequestContext, { itemId }: { itemId: string }) {
  requirePermission(ctx, "coaching:read");
  return withTransaction(ctx, async (ctx) => {
    const [item] = await selectItems(ctx, eq(coachingItem.id, itemId), [asc(coachingItem.id)], 1);
    if (!item) throw new NotFoundError("Coaching item", itemId);
    const entries = await ctx.db
      .select({
        id: coachingEntry.id,
        act: coachingEntry.act,
        fromState: coachingEntry.fromState,
        toState: coachingEntry.toState,
        actorId: coachingEntry.actorId,
        actorName: appUser.name,
        comment: coachingEntry.comment,
        data: coachingEntry.data,
        createdAt: coachingEntry.createdAt,
      })
      .from(coachingEntry)
      .leftJoin(
        appUser,
        and(eq(appUser.workspaceId, coachingEntry.workspaceId), sql`${appUser.id}::text = ${coachingEntry.actorId}`),
      )
      .where(and(eq(coachingEntry.workspaceId, ctx.workspaceId), eq(coachingEntry.itemId, itemId)))
      .orderBy(asc(coachingEntry.createdAt), asc(coachingEntry.id));
    return { ...item, entries };
  });
}

async function selectItems(ctx: RequestContext, filter: SQL | undefined, order: SQL[], limit: number) {
  const rows = await ctx.db
    .select({
      item: coachingItem,
      repName: rep.name,
      authorName: author.name,
      opportunityName: opportunity.name,
      accountName: account.name,
    })
    .from(coachingItem)
    .innerJoin(rep, and(eq(rep.workspaceId, coachingItem.workspaceId), eq(rep.id, coachingItem.repId)))
    .innerJoin(author, and(eq(author.workspaceId, coachingItem.workspaceId), eq(author.id, coachingItem.authorId)))
    .leftJoin(
      opportunity,
      and(eq(opportunity.workspaceId, coachingItem.workspaceId), eq(opportunity.id, coachingItem.opportunityId)),
    )
    .leftJoin(account, and(eq(account.workspaceId, coachingItem.workspaceId), eq(account.id, coachingItem.accountId)))
    .where(and(eq(coachingItem.workspaceId, ctx.workspaceId), filter))
    .orderBy(...order)
    .limit(limit);
  return rows.map(({ item, ...names }) => {
    const isUnanswered = UNANSWERED.includes(item.state);
    return {
      ...item,
      ...names,
      quote: item.anchor?.quote ?? null,
      acts: allowedActs(ctx, item),
      isOverdue: isUnanswered && item.dueAt < ctx.now(),
      /** The passage reads otherwise than when the rep acknowledged it. */
      hasChangedSinceAcknowledged:
        item.acknowledgedText !== null &&
        item.anchorState !== null &&
        (item.currentText ?? item.anchor?.quote ?? "") !== item.acknowledgedText,
    };
  });
}

/** Reviews of a deal, newest first. */
export async function listReviews(ctx: RequestContext, { opportunityId }: { opportunityId: string }) {
  requirePermission(ctx, "coaching:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: review.id,
        outcome: review.outcome,
        comment: review.comment,
        createdAt: review.createdAt,
        reviewerName: appUser.name,
      })
      .from(review)
      .innerJoin(appUser, and(eq(appUser.workspaceId, review.workspaceId), eq(appUser.id, review.reviewerId)))
      .where(and(eq(review.workspaceId, ctx.workspaceId), eq(review.opportunityId, opportunityId)))
      .orderBy(desc(review.createdAt))
      .limit(50),
  );
}

export interface RepReport {
  repId: string;
  repName: string;
  total: number;
  acknowledged: number;
  overdue: number;
  escalated: number;
  /** Acknowledged / all; null without items. */
  acknowledgmentRate: number | null;
  medianMinutes: number | null;
  overdueShare: number | null;
}

/** Per rep below the caller, over items of the last 90 days that were not withdrawn (K43). */
export async function getReport(ctx: RequestContext): Promise<RepReport[]> {
  requirePermission(ctx, "coaching:report");
  const now = ctx.now().toISOString();
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{
      rep_id: string;
      rep_name: string;
      total: string;
      acknowledged: string;
      late: string;
      escalated: string;
      median_minutes: string | null;
    }>(sql`
      select i.rep_id, u.name as rep_name, count(*) as total,
        count(*) filter (where i.acknowledged_at is not null) as acknowledged,
        count(*) filter (where coalesce(i.acknowledged_at, ${now}::timestamptz) > i.due_at) as late,
        count(*) filter (where i.escalation_level > 0) as escalated,
        percentile_cont(0.5) within group (order by extract(epoch from i.acknowledged_at - i.created_at) / 60)
          filter (where i.acknowledged_at is not null) as median_minutes
      from coaching_item i join app_user u on u.workspace_id = i.workspace_id and u.id = i.rep_id
      where i.workspace_id = ${ctx.workspaceId} and i.state <> 'withdrawn' and i.created_at > ${now}::timestamptz - interval '90 days'
      group by i.rep_id, u.name order by u.name`);
    return rows.map((row) => {
      const total = Number(row.total);
      return {
        repId: row.rep_id,
        repName: row.rep_name,
        total,
        acknowledged: Number(row.acknowledged),
        overdue: Number(row.late),
        escalated: Number(row.escalated),
        acknowledgmentRate: total > 0 ? Number(row.acknowledged) / total : null,
        medianMinutes: row.median_minutes === null ? null : Math.round(Number(row.median_minutes)),
        overdueShare: total > 0 ? Number(row.late) / total : null,
      };
    });
  });
}

export const listSlaPolicies = (ctx: RequestContext) =>
  withTransaction(ctx, (ctx) => ctx.db.select().from(slaPolicy).where(eq(slaPolicy.workspaceId, ctx.workspaceId)));
