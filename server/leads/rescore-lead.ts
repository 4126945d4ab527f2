import { and, desc, eq, gte } from "drizzle-orm";
import { leadScore, leadSignal, type HotRule } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { noteOnLead, type Lead } from "./locked-lead.ts";
import { rerouteByScore } from "./reroute.ts";
import { loadRules } from "./rules.ts";
import { computeScore, type Signal } from "./score.ts";
import { loadSlaPolicies, startSla } from "./sla.ts";

const HOUR_MS = 3_600_000;
/** Older signals weigh nothing worth naming. */
const MOST_SIGNALS = 500;

/**
 * Counts a locked lead's score anew, in the transaction of whatever changed it; crossing the threshold re-routes it and buying
 * signals make it hot.
 */
export async function rescoreLead(ctx: RequestContext, row: Lead, reason: string): Promise<number> {
  const scoring = await loadRules(ctx, "score");
  const now = ctx.now();
  const signals = await ctx.db
    .select({ kind: leadSignal.kind, occurredAt: leadSignal.occurredAt })
    .from(leadSignal)
    .where(and(eq(leadSignal.workspaceId, ctx.workspaceId), eq(leadSignal.leadId, row.id)))
    .orderBy(desc(leadSignal.occurredAt))
    .limit(MOST_SIGNALS);
  const { score, breakdown } = computeScore(scoring, row, signals, now);
  await noteOnLead(ctx, row, { score, scoreBreakdown: breakdown, scoredAt: now });
  if (score !== row.score) {
    await ctx.db.insert(leadScore).values({
      ...{ workspaceId: ctx.workspaceId, id: newId(), leadId: row.id, score, previousScore: row.score },
      ...{ ruleVersion: breakdown.ruleVersion, reason, breakdown, createdAt: now },
    });
    await emitEvent(ctx, {
      type: "lead.scored",
      subject: { type: "lead", id: row.id },
      changes: { score: [row.score, score] },
      data: { ownerId: row.ownerId, reason },
    });
  }
  const { threshold } = scoring.rules;
  if (row.score < threshold && score >= threshold) await rerouteByScore(ctx, { ...row, score }, threshold);
  await markHot(ctx, { ...row, score }, signals);
  return score;
}

/** A buying signal starts the hot clock once; the first touch counts anew from then. */
async function markHot(ctx: RequestContext, row: Lead, signals: readonly Signal[]): Promise<void> {
  if (row.hotAt || row.status === "converted" || row.status === "disqualified") return;
  const { rules } = (await loadRules(ctx, "hot")).rules;
  for (const rule of rules) {
    if (!(await isMet(ctx, rule, row, signals))) continue;
    const policy = (await loadSlaPolicies(ctx)).hot;
    const sla = policy ? startSla(policy, ctx.now(), await loadWorkingCalendar(ctx)) : {};
    await noteOnLead(ctx, row, { ...sla, hotAt: ctx.now(), hotReason: rule.label });
    await emitEvent(ctx, {
      type: "lead.hot",
      subject: { type: "lead", id: row.id },
      data: { ownerId: row.ownerId, reason: rule.label, firstTouchAt: row.firstTouchAt },
    });
    return;
  }
}

async function isMet(ctx: RequestContext, rule: HotRule, row: Lead, signals: readonly Signal[]): Promise<boolean> {
  const since = new Date(ctx.now().getTime() - rule.withinHours * HOUR_MS);
  if (rule.kind === "signal")
    return signals.filter(({ kind, occurredAt }) => kind === rule.signal && occurredAt >= since).length >= rule.count;
  const before = await ctx.db
    .select({ score: leadScore.score, previous: leadScore.previousScore })
    .from(leadScore)
    .where(
      and(eq(leadScore.workspaceId, ctx.workspaceId), eq(leadScore.leadId, row.id), gte(leadScore.createdAt, since)),
    );
  const lowest = Math.min(
    ...before.flatMap(({ score, previous }) => (previous === null ? [score] : [score, previous])),
  );
  return row.score - lowest >= rule.points;
}
