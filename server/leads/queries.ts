import { and, desc, eq, gte, ilike, inArray, isNotNull, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import {
  appUser,
  campaign,
  lead,
  LEAD_SOURCES,
  LEAD_STATUSES,
  leadAssignment,
  leadScore,
  leadSignal,
  leadSlaPolicy,
  OPEN_LEAD_STATUSES,
} from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { likePattern } from "#server/core/like-pattern.ts";
import { COUNT_CAP, keyset, PageInput, toPage, type KeysetOrder } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { dayOf } from "./admit-leads.ts";
import { findConversion } from "./conversions.ts";
import { slaStateOf, slaStateSql } from "./sla.ts";

const LIST_SORTS = ["slaDue", "score", "created", "followUp", "lastActivity", "name"] as const;
export const ListLeadsInput = PageInput.extend({
  query: z.string().trim().max(200).optional(),
  status: z.enum([...LEAD_STATUSES, "open", "all"]).default("open"),
  ownerId: z.uuid().optional(),
  /** `mine`: the caller's; `pool`: nobody's. */
  whose: z.enum(["mine", "pool"]).optional(),
  source: z.enum(LEAD_SOURCES).optional(),
  campaignId: z.uuid().optional(),
  minScore: z.number().int().min(0).max(100).optional(),
  sla: z.enum(["due", "at_risk", "met", "breached"]).optional(),
  followUp: z.enum(["due", "overdue", "today", "planned"]).optional(),
  isUntouched: z.boolean().optional(),
  isHot: z.boolean().optional(),
  isFlagged: z.boolean().optional(),
  sort: z.enum(LIST_SORTS).default("created"),
  isDescending: z.boolean().default(false),
});
type ListInput = z.infer<typeof ListLeadsInput>;

const orders: Record<ListInput["sort"], Pick<KeysetOrder, "expression" | "type">> = {
  slaDue: { expression: sql`coalesce(${lead.slaDueAt}, timestamptz 'infinity')`, type: "timestamptz" },
  score: { expression: sql`${lead.score}`, type: "bigint" },
  created: { expression: sql`${lead.createdAt}`, type: "timestamptz" },
  followUp: { expression: sql`coalesce(${lead.followUpOn}, date '9999-12-31')`, type: "date" },
  lastActivity: { expression: sql`coalesce(${lead.lastActivityAt}, ${lead.createdAt})`, type: "timestamptz" },
  name: { expression: sql`lower(${lead.lastName})`, type: "text" },
};

function filterOf(ctx: RequestContext, input: ListInput, today: string): SQL | undefined {
  const pattern = input.query ? likePattern(input.query) : undefined;
  const followUp = {
    due: and(isNotNull(lead.followUpOn), lt(lead.followUpOn, nextDay(today))),
    overdue: lt(lead.followUpOn, today),
    today: eq(lead.followUpOn, today),
    planned: gte(lead.followUpOn, nextDay(today)),
  };
  return and(
    eq(lead.workspaceId, ctx.workspaceId),
    isNull(lead.deletedAt),
    input.status === "all"
      ? undefined
      : input.status === "open"
        ? inArray(lead.status, [...OPEN_LEAD_STATUSES])
        : eq(lead.status, input.status),
    pattern
      ? or(
          ilike(sql`${lead.firstName} || ' ' || ${lead.lastName}`, pattern),
          ilike(lead.company, pattern),
          ilike(lead.email, pattern),
        )
      : undefined,
    input.ownerId ? eq(lead.ownerId, input.ownerId) : undefined,
    input.whose === "mine" ? eq(lead.ownerId, requireUser(ctx).userId) : undefined,
    input.whose === "pool" ? isNull(lead.ownerId) : undefined,
    input.source ? eq(lead.source, input.source) : undefined,
    input.campaignId ? eq(lead.campaignId, input.campaignId) : undefined,
    input.minScore ? gte(lead.score, input.minScore) : undefined,
    input.sla ? sql`${slaStateSql(ctx.now())} = ${input.sla}` : undefined,
    input.followUp ? followUp[input.followUp] : undefined,
    input.isUntouched ? isNull(lead.firstTouchAt) : undefined,
    input.isHot ? isNotNull(lead.hotAt) : undefined,
    input.isFlagged ? isNotNull(lead.flaggedAt) : undefined,
  );
}

const nextDay = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

/** One page of the leads the caller may see; the first page also tells how many there are. */
export async function listLeads(ctx: RequestContext, input: ListInput) {
  requirePermission(ctx, "lead:read");
  const order: KeysetOrder = { ...orders[input.sort], isDescending: input.isDescending, id: sql`${lead.id}` };
  const { after, orderBy } = keyset(order, input.cursor);
  return withTransaction(ctx, async (ctx) => {
    const { timeZone } = await loadWorkingCalendar(ctx);
    const filter = filterOf(ctx, input, dayOf(ctx.now(), timeZone));
    const rows = await ctx.db
      .select({
        id: lead.id,
        version: lead.version,
        firstName: lead.firstName,
        lastName: lead.lastName,
        company: lead.company,
        title: lead.title,
        source: lead.source,
        campaignName: campaign.name,
        status: lead.status,
        ownerId: lead.ownerId,
        ownerName: appUser.name,
        score: lead.score,
        scoreBreakdown: lead.scoreBreakdown,
        slaState: slaStateSql(ctx.now()),
        slaStartedAt: lead.slaStartedAt,
        slaDueAt: lead.slaDueAt,
        firstTouchAt: lead.firstTouchAt,
        followUpOn: lead.followUpOn,
        nextStep: lead.nextStep,
        hotAt: lead.hotAt,
        hotReason: lead.hotReason,
        flaggedAt: lead.flaggedAt,
        flagReason: lead.flagReason,
        lastActivityAt: lead.lastActivityAt,
        createdAt: lead.createdAt,
        sortKey: sql<string>`(${order.expression})::text`,
      })
      .from(lead)
      .leftJoin(appUser, and(eq(appUser.workspaceId, lead.workspaceId), eq(appUser.id, lead.ownerId)))
      .leftJoin(campaign, and(eq(campaign.workspaceId, lead.workspaceId), eq(campaign.id, lead.campaignId)))
      .where(and(filter, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1);
    return { ...toPage(rows, input.limit), count: input.cursor ? null : await cappedCount(ctx, filter) };
  });
}

async function cappedCount(ctx: RequestContext, filter: SQL | undefined): Promise<number> {
  const capped = ctx.db
    .select({ one: sql`1` })
    .from(lead)
    .where(filter)
    .limit(COUNT_CAP + 1)
    .as("capped");
  const [row] = await ctx.db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(capped);
  return row?.count ?? 0;
}

/** All of one lead: its head, how it came to its owner, its score and what moved it. @throws NotFoundError */
export async function getLead(ctx: RequestContext, { leadId }: { leadId: string }) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({ lead, ownerName: appUser.name, campaignName: campaign.name, slaPolicyName: leadSlaPolicy.name })
      .from(lead)
      .leftJoin(appUser, and(eq(appUser.workspaceId, lead.workspaceId), eq(appUser.id, lead.ownerId)))
      .leftJoin(campaign, and(eq(campaign.workspaceId, lead.workspaceId), eq(campaign.id, lead.campaignId)))
      .leftJoin(
        leadSlaPolicy,
        and(eq(leadSlaPolicy.workspaceId, lead.workspaceId), eq(leadSlaPolicy.id, lead.slaPolicyId)),
      )
      .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, leadId), isNull(lead.deletedAt)));
    if (!row) throw new NotFoundError("Lead", leadId);
    const { lead: fields, ...names } = row;
    return {
      ...fields,
      ...names,
      slaState: slaStateOf(fields, ctx.now()),
      assignments: await listAssignments(ctx, leadId),
      scores: await listScores(ctx, leadId),
      signals: await listSignals(ctx, leadId),
      conversion: await findConversion(ctx, fields),
    };
  });
}

const listAssignments = (ctx: RequestContext, leadId: string) =>
  ctx.db
    .select({
      id: leadAssignment.id,
      ownerId: leadAssignment.ownerId,
      ownerName: appUser.name,
      kind: leadAssignment.kind,
      reason: leadAssignment.reason,
      ruleVersion: leadAssignment.ruleVersion,
      createdAt: leadAssignment.createdAt,
    })
    .from(leadAssignment)
    .leftJoin(appUser, and(eq(appUser.workspaceId, leadAssignment.workspaceId), eq(appUser.id, leadAssignment.ownerId)))
    .where(and(eq(leadAssignment.workspaceId, ctx.workspaceId), eq(leadAssignment.leadId, leadId)))
    .orderBy(desc(leadAssignment.createdAt), desc(leadAssignment.id))
    .limit(20);

const listScores = (ctx: RequestContext, leadId: string) =>
  ctx.db
    .select({
      id: leadScore.id,
      score: leadScore.score,
      previousScore: leadScore.previousScore,
      reason: leadScore.reason,
      createdAt: leadScore.createdAt,
    })
    .from(leadScore)
    .where(and(eq(leadScore.workspaceId, ctx.workspaceId), eq(leadScore.leadId, leadId)))
    .orderBy(desc(leadScore.createdAt), desc(leadScore.id))
    .limit(20);

const listSignals = (ctx: RequestContext, leadId: string) =>
  ctx.db
    .select({
      id: leadSignal.id,
      kind: leadSignal.kind,
      detail: leadSignal.detail,
      occurredAt: leadSignal.occurredAt,
    })
    .from(leadSignal)
    .where(and(eq(leadSignal.workspaceId, ctx.workspaceId), eq(leadSignal.leadId, leadId)))
    .orderBy(desc(leadSignal.occurredAt))
    .limit(50);
