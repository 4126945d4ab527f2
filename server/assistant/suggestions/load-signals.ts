import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { activity, activityLink, contact, opportunityContact, stage } from "#db/schema/index.ts";
import type { Passage } from "#ai/evidence.ts";
import type { DealSignals, TextSign } from "#ai/next-best-action/input.ts";
import type { Cue } from "#ai/signals/cues.ts";
import { cueScore, isQuotable } from "#ai/signals/cues.ts";
import { splitSentences } from "#ai/text/sentences.ts";
import { findQuote } from "#ai/verify/quote.ts";
import type { RequestContext } from "#server/core/context.ts";
import { lastHeard, loadDealFacts, loadOpenTasks } from "../summaries/load-facts.ts";
import { chunkActivity } from "../index-upkeep/load-texts.ts";

const TEXT_DAYS = 120;
const MOST_ACTIVITIES = 60;
/** A sign must be clear: weaker sentences are worth a line in a summary, but not somebody's time. */
const CLEAR_SIGN = 0.95;

type ActivityRow = Pick<
  typeof activity.$inferSelect,
  "id" | "kind" | "subject" | "body" | "direction" | "occurredAt" | "isTainted"
>;

/** What the rules look at, for one open deal. Only what every reader of the deal may open: its fields, people, tasks and linked activities. For use inside a transaction. */
export async function loadSignals(
  ctx: RequestContext,
  opportunityId: string,
): Promise<{ signals: DealSignals; version: number } | undefined> {
  const [deal] = await loadDealFacts(ctx, { type: "opportunity", id: opportunityId });
  if (!deal || deal.stageKind !== "open") return undefined;
  const place = await loadStagePlace(ctx, deal.stageId);
  const activities = await loadActivities(ctx, opportunityId);
  const spoken = activities.filter(({ direction }) => direction !== "outbound");
  const signs = (cue: Cue) => spoken.flatMap((row) => findSigns(row, cue));
  const signals: DealSignals = {
    deal,
    ownerId: deal.ownerId,
    isProposalOrLater: place.probability >= 0.5,
    isFirstStage: place.isFirst,
    idleDays: place.idleDays,
    stageNorm: await loadStageNorm(ctx, deal.stageId),
    openTasks: await loadOpenTasks(ctx, undefined, [opportunityId]),
    contacts: await loadContacts(ctx, opportunityId),
    lastOutboundAt: activities.find(({ direction, kind }) => direction === "outbound" && kind !== "note")?.occurredAt,
    unanswered: findUnanswered(activities),
    objections: signs("objection"),
    competitors: signs("competitor"),
    legal: signs("legal"),
    expansion: signs("expansion"),
  };
  return { signals, version: deal.version };
}

async function loadStagePlace(
  ctx: RequestContext,
  stageId: string,
): Promise<{ probability: number; idleDays: number; isFirst: boolean }> {
  const [row] = await ctx.db
    .select({
      probability: stage.probability,
      idleDays: stage.idleDays,
      isFirst: sql<boolean>`not exists (select 1 from stage s where s.workspace_id = stage.workspace_id and s.pipeline_id = stage.pipeline_id and s.position < stage.position)`,
    })
    .from(stage)
    .where(and(eq(stage.workspaceId, ctx.workspaceId), eq(stage.id, stageId)));
  return row ?? { probability: 0, idleDays: 10, isFirst: true };
}

/** How long deals of this workspace stayed in the stage before they left it; undefined when none has. */
async function loadStageNorm(ctx: RequestContext, stageId: string): Promise<DealSignals["stageNorm"]> {
  const [row] = await ctx.db.execute<{ p75: number | null; deals: number }>(sql`select
      percentile_cont(0.75) within group (order by duration_seconds) as p75, count(*)::int as deals
    from opportunity_stage_history where workspace_id = ${ctx.workspaceId} and from_stage_id = ${stageId} and duration_seconds is not null`);
  return row?.p75 == null ? undefined : { p75Days: Math.round(Number(row.p75) / 86_400), deals: Number(row.deals) };
}

async function loadContacts(ctx: RequestContext, opportunityId: string): Promise<DealSignals["contacts"]> {
  const rows = await ctx.db
    .select({
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
        eq(opportunityContact.opportunityId, opportunityId),
        isNull(contact.deletedAt),
      ),
    )
    .orderBy(asc(contact.lastName), asc(contact.id));
  return rows.map(({ id, name, role, lastHeardAt }) => ({
    id,
    name,
    role: role ?? undefined,
    lastHeardAt: lastHeardAt ? new Date(lastHeardAt) : undefined,
  }));
}

/** Newest first. */
async function loadActivities(ctx: RequestContext, opportunityId: string): Promise<ActivityRow[]> {
  const since = new Date(ctx.now().getTime() - TEXT_DAYS * 86_400_000);
  return ctx.db
    .select({
      id: activity.id,
      kind: activity.kind,
      subject: activity.subject,
      body: activity.body,
      direction: activity.direction,
      occurredAt: activity.occurredAt,
      isTainted: activity.isTainted,
    })
    .from(activity)
    .where(
      and(
        eq(activity.workspaceId, ctx.workspaceId),
        isNull(activity.deletedAt),
        gt(activity.occurredAt, since),
        inArray(
          activity.id,
          ctx.db
            .select({ id: activityLink.activityId })
            .from(activityLink)
            .where(and(eq(activityLink.workspaceId, ctx.workspaceId), eq(activityLink.opportunityId, opportunityId))),
        ),
      ),
    )
    .orderBy(desc(activity.occurredAt), desc(activity.id))
    .limit(MOST_ACTIVITIES);
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
