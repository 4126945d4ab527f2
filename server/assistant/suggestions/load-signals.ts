import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { activity, activityLink, contact, opportunity, opportunityContact, stage, task } from "#db/schema/index.ts";
import type { Passage } from "#ai/evidence.ts";
import type { DealContact, DealSignals, TextSign } from "#ai/next-best-action/input.ts";
import type { Cue } from "#ai/signals/cues.ts";
import { cueScore, isQuotable } from "#ai/signals/cues.ts";
import { splitSentences } from "#ai/text/sentences.ts";
import { findQuote } from "#ai/verify/quote.ts";
import type { RequestContext } from "#server/core/context.ts";
import { lastHeard, loadDealsBy } from "../summaries/load-facts.ts";
import { chunkActivity } from "../index-upkeep/load-texts.ts";
import { idArray } from "../index-upkeep/write-chunks.ts";

const TEXT_DAYS = 120;
const MOST_ACTIVITIES = 60;
/** A sign must be clear: weaker sentences are worth a line in a summary, but not somebody's time. */
const CLEAR_SIGN = 0.95;

type ActivityRow = Pick<
  typeof activity.$inferSelect,
  "id" | "kind" | "subject" | "body" | "direction" | "occurredAt" | "isTainted"
>;

export interface LoadedSignals {
  signals: DealSignals;
  accountId: string | undefined;
  version: number;
}

/** What the rules look at, for one open deal. Only what every reader of the deal may open: its fields, people, tasks and linked activities. For use inside a transaction. */
export const loadSignals = async (ctx: RequestContext, opportunityId: string): Promise<LoadedSignals | undefined> =>
  (await loadManySignals(ctx, [opportunityId])).get(opportunityId);

/** The same for many at once, in a fixed number of statements; closed and deleted deals are left out. */
export async function loadManySignals(
  ctx: RequestContext,
  ids: readonly string[],
): Promise<Map<string, LoadedSignals>> {
  const found = new Map<string, LoadedSignals>();
  if (ids.length === 0) return found;
  const deals = (await loadDealsBy(ctx, inArray(opportunity.id, [...ids]))).filter(
    ({ stageKind }) => stageKind === "open",
  );
  if (deals.length === 0) return found;
  const open = deals.map(({ id }) => id);
  const places = await loadStagePlaces(ctx);
  const norms = await loadStageNorms(ctx, [...new Set(deals.map(({ stageId }) => stageId))]);
  const tasks = await loadTasks(ctx, open);
  const contacts = await loadContacts(ctx, open);
  const activities = await loadActivities(ctx, open);
  for (const deal of deals) {
    const place = places.get(deal.stageId) ?? { probability: 0, idleDays: 10, isFirst: true };
    const said = activities.get(deal.id) ?? [];
    const spoken = said.filter(({ direction }) => direction !== "outbound");
    const signs = (cue: Cue) => spoken.flatMap((row) => findSigns(row, cue));
    const signals: DealSignals = {
      deal,
      ownerId: deal.ownerId,
      isProposalOrLater: place.probability >= 0.5,
      isFirstStage: place.isFirst,
      idleDays: place.idleDays,
      stageNorm: norms.get(deal.stageId),
      openTasks: tasks.get(deal.id) ?? [],
      contacts: contacts.get(deal.id) ?? [],
      lastOutboundAt: said.find(({ direction, kind }) => direction === "outbound" && kind !== "note")?.occurredAt,
      unanswered: findUnanswered(said),
      objections: signs("objection"),
      competitors: signs("competitor"),
      legal: signs("legal"),
      expansion: signs("expansion"),
    };
    found.set(deal.id, { signals, accountId: deal.accountId, version: deal.version });
  }
  return found;
}

async function loadStagePlaces(ctx: RequestContext) {
  const rows = await ctx.db
    .select({
      id: stage.id,
      probability: stage.probability,
      idleDays: stage.idleDays,
      isFirst: sql<boolean>`not exists (select 1 from stage s where s.workspace_id = stage.workspace_id and s.pipeline_id = stage.pipeline_id and s.position < stage.position)`,
    })
    .from(stage)
    .where(eq(stage.workspaceId, ctx.workspaceId));
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}

/** How long deals of this workspace stayed in each stage before they left it. */
async function loadStageNorms(ctx: RequestContext, stageIds: readonly string[]) {
  const rows = await ctx.db.execute<{ stage_id: string; p75: number; deals: number }>(sql`select
      from_stage_id as stage_id, percentile_cont(0.75) within group (order by duration_seconds) as p75, count(*)::int as deals
    from opportunity_stage_history where workspace_id = ${ctx.workspaceId} and from_stage_id = any(${idArray(stageIds)})
      and duration_seconds is not null group by from_stage_id`);
  return new Map(
    rows.map((row) => [row.stage_id, { p75Days: Math.round(Number(row.p75) / 86_400), deals: Number(row.deals) }]),
  );
}

async function loadTasks(ctx: RequestContext, ids: readonly string[]): Promise<Map<string, DealSignals["openTasks"]>> {
  const rows = await ctx.db
    .select({ dealId: task.opportunityId, title: task.title, dueOn: task.dueOn })
    .from(task)
    .where(
      and(
        eq(task.workspaceId, ctx.workspaceId),
        inArray(task.opportunityId, [...ids]),
        isNull(task.deletedAt),
        isNull(task.doneAt),
      ),
    )
    .orderBy(asc(task.dueOn), asc(task.id));
  return groupBy(rows, ({ dealId, title, dueOn }) => [dealId!, { title, dueOn: dueOn ?? undefined }]);
}

async function loadContacts(ctx: RequestContext, ids: readonly string[]): Promise<Map<string, DealContact[]>> {
  const rows = await ctx.db
    .select({
      dealId: opportunityContact.opportunityId,
      id: contact.id,
      name: sql<string>`trim(${contact.firstName} || ' ' || ${contact.lastName})`,
      role: opportunityContact.role,
      lastHeardAt: lastHeard(ctx),
    })
    .from(opportunityContact)
    .innerJoin(
      contact,
      and(eq(contact.workspaceId, opportunityContact.workspaceId), eq(contact.id, opportunityContact.contactId)),
    )
    .where(
      and(
        eq(opportunityContact.workspaceId, ctx.workspaceId),
        inArray(opportunityContact.opportunityId, [...ids]),
        isNull(contact.deletedAt),
      ),
    )
    .orderBy(asc(contact.lastName), asc(contact.id));
  return groupBy(rows, ({ dealId, id, name, role, lastHeardAt }) => [
    dealId,
    { id, name, role: role ?? undefined, lastHeardAt: lastHeardAt ? new Date(lastHeardAt) : undefined },
  ]);
}

/** Newest first, the latest of each deal. */
async function loadActivities(ctx: RequestContext, ids: readonly string[]): Promise<Map<string, ActivityRow[]>> {
  const since = new Date(ctx.now().getTime() - TEXT_DAYS * 86_400_000);
  const latest = sql`(select l.activity_id from ${activityLink} l join ${activity} a
      on a.workspace_id = l.workspace_id and a.id = l.activity_id and a.deleted_at is null
    where l.workspace_id = ${ctx.workspaceId} and l.opportunity_id = ${activityLink.opportunityId}
      and l.occurred_at > ${since.toISOString()}::timestamptz
    order by l.occurred_at desc, l.activity_id desc limit ${MOST_ACTIVITIES})`;
  const rows = await ctx.db
    .select({
      dealId: activityLink.opportunityId,
      id: activity.id,
      kind: activity.kind,
      subject: activity.subject,
      body: activity.body,
      direction: activity.direction,
      occurredAt: activity.occurredAt,
      isTainted: activity.isTainted,
    })
    .from(activityLink)
    .innerJoin(
      activity,
      and(eq(activity.workspaceId, activityLink.workspaceId), eq(activity.id, activityLink.activityId)),
    )
    .where(
      and(
        eq(activityLink.workspaceId, ctx.workspaceId),
        inArray(activityLink.opportunityId, [...ids]),
        isNull(activity.deletedAt),
        gt(activity.occurredAt, since),
        sql`${activity.id} in ${latest}`,
      ),
    )
    .orderBy(desc(activity.occurredAt), desc(activity.id));
  return groupBy(rows, ({ dealId, ...row }) => [dealId!, row]);
}

function groupBy<Row, Value>(
  rows: readonly Row[],
  split: (row: Row) => [key: string, value: Value],
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const [key, value] = split(row);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}

/** The oldest incoming message after the last thing we sent or said. */
function findUnanswered(activities: readonly ActivityRow[]): Passage | undefined {
  const answered = activities.findIndex(
    ({ direction, kind }) =>
      kind !== "note" && (direction === "outbound" || kind === "call" || kind === "meeting" || kind === "visit"),
  );
  const waiting = activities
    .slice(0, answered < 0 ? undefined : answered)
    .filter(({ direction, kind }) => direction === "inbound" && kind === "email");
  const oldest = waiting.at(-1);
  return (
    oldest && toPassage(oldest, chunkActivity(oldest.kind, oldest.subject, oldest.body)[0]?.body ?? oldest.subject)
  );
}

function findSigns(row: ActivityRow, cue: Cue): TextSign[] {
  return chunkActivity(row.kind, row.subject, row.body).flatMap(({ body }) => {
    const best = splitSentences(body).find(({ text }) => isQuotable(text) && cueScore(cue, text) >= CLEAR_SIGN);
    const quote = best && findQuote(body, best.text);
    return quote === undefined ? [] : [{ passage: toPassage(row, body), quote, at: row.occurredAt }];
  });
}

const toPassage = (row: ActivityRow, body: string): Passage => ({
  handle: `activity:${row.id}`,
  record: { type: "activity", id: row.id },
  label: row.subject,
  body,
  facts: [],
  occurredAt: row.occurredAt,
  isTainted: row.isTainted,
});
