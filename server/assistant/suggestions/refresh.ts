import { createHash } from "node:crypto";
import { and, eq, gt, inArray, sql } from "drizzle-orm";
import { aiSuggestion } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { EvidenceList, type EvidenceChip } from "#ai/evidence.ts";
import { nextBestActions, type RankedAction } from "#ai/next-best-action/rank.ts";
import { addDays } from "#ai/records/format.ts";
import type { Confidence } from "#ai/contract.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { loadNorms, type Norms } from "./load-norms.ts";
import { loadSignals } from "./load-signals.ts";

/** A suggestion as stored and shown. */
export interface SuggestionContent {
  label: string;
  ruleName: string;
  action: RankedAction["action"];
  title: string;
  dueOn: string;
  reason: string;
  numbers: Record<string, number>;
  evidence: EvidenceChip[];
  clears: string;
  confidence: Confidence;
  /** 0..1: the share of this rule's suggestions that people took. */
  precision: number;
}

export type SuggestionRow = typeof aiSuggestion.$inferSelect;

/** A dismissed rule is not brought up again for this deal for a month, unless its evidence changes; an accepted one is left to work for a week. */
const QUIET_DAYS = { dismissed: 30, accepted: 7 } as const;

/**
 * Decides anew what the one suggestion of a deal is: keeps it while its rule holds on the same evidence, lets it expire when its cause is gone, replaces it when
 * another is more pressing. Runs in its own transaction; safe to repeat. @returns the suggestion now proposed.
 */
export async function refreshSuggestion(
  ctx: RequestContext,
  opportunityId: string,
  norms?: Norms,
): Promise<SuggestionRow | undefined> {
  return withTransaction(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`suggestion:${opportunityId}`}, 0))`);
    const current = await findProposed(ctx, opportunityId);
    const best = await findBest(ctx, opportunityId, norms);
    if (current && best && current.rule === best.rule && current.evidenceSha === best.evidenceSha)
      return keepCurrent(ctx, current, best);
    if (current) await expire(ctx, current);
    return best && propose(ctx, opportunityId, best);
  });
}

/** The suggestion that a rule would make for the deal as it is now; undefined when it holds no longer. For use inside a job's transaction. */
export async function findRule(
  ctx: RequestContext,
  opportunityId: string,
  rule: string,
): Promise<Candidate | undefined> {
  return (await listCandidates(ctx, opportunityId)).find((candidate) => candidate.rule === rule);
}

export interface Candidate {
  rule: string;
  priority: number;
  content: SuggestionContent;
  evidenceSha: string;
  snapshot: Record<string, unknown>;
}

async function findBest(ctx: RequestContext, opportunityId: string, norms?: Norms): Promise<Candidate | undefined> {
  const quiet = await loadQuiet(ctx, opportunityId);
  return (await listCandidates(ctx, opportunityId, norms)).find(
    ({ rule, evidenceSha }) => !quiet.has(rule) && !quiet.has(`${rule} ${evidenceSha}`),
  );
}

async function listCandidates(ctx: RequestContext, opportunityId: string, norms?: Norms): Promise<Candidate[]> {
  if (!(await isLive(ctx, opportunityId))) return [];
  const loaded = await loadSignals(ctx, opportunityId);
  if (!loaded) return [];
  const { signals, version } = loaded;
  const { deal } = signals;
  const snapshot = {
    version,
    stageName: deal.stageName,
    nextStep: deal.nextStep ?? null,
    nextStepDue: deal.nextStepDue ?? null,
    closeDate: deal.closeDate ?? null,
    amountCents: deal.amountCents ?? null,
  };
  const context = { now: ctx.now(), ...(norms ?? (await loadNorms(ctx))) };
  return nextBestActions(signals, context).map((action) => {
    const evidence = new EvidenceList();
    for (const { passage, quote } of action.evidence) evidence.add(passage, quote);
    const content: SuggestionContent = {
      label: action.label,
      ruleName: action.ruleName,
      action: action.action,
      title: action.title.slice(0, 300),
      dueOn: addDays(ctx.now(), action.dueInDays),
      reason: action.reason,
      numbers: { ...action.numbers },
      evidence: [...evidence.list()],
      clears: action.clears,
      confidence: action.confidence,
      precision: action.precision,
    };
    const evidenceSha = createHash("sha256")
      .update(JSON.stringify(content.evidence.map(({ type, id, quote }) => [type, id, quote])))
      .digest("hex");
    return { rule: action.rule, priority: action.priority, content, evidenceSha, snapshot };
  });
}

async function isLive(ctx: RequestContext, opportunityId: string): Promise<boolean> {
  const [row] = await ctx.db.execute<{ live: boolean }>(sql`select exists (select 1 from opportunity
    where workspace_id = ${ctx.workspaceId} and id = ${opportunityId} and deleted_at is null and stage_kind = 'open') as live`);
  return row?.live === true;
}

/** Rules to leave alone: "rule sha" while dismissed on that evidence, "rule" while an accepted one works. */
async function loadQuiet(ctx: RequestContext, opportunityId: string): Promise<Set<string>> {
  const since = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000);
  const rows = await ctx.db
    .select({
      rule: aiSuggestion.rule,
      evidenceSha: aiSuggestion.evidenceSha,
      state: aiSuggestion.state,
      decidedAt: aiSuggestion.decidedAt,
    })
    .from(aiSuggestion)
    .where(
      and(
        target(ctx, opportunityId),
        inArray(aiSuggestion.state, ["dismissed", "accepted"]),
        gt(aiSuggestion.decidedAt, since(QUIET_DAYS.dismissed)),
      ),
    );
  return new Set(
    rows.flatMap(({ rule, evidenceSha, state, decidedAt }) => {
      if (state === "dismissed") return [`${rule} ${evidenceSha}`];
      return decidedAt && decidedAt > since(QUIET_DAYS.accepted) ? [rule] : [];
    }),
  );
}

async function findProposed(ctx: RequestContext, opportunityId: string): Promise<SuggestionRow | undefined> {
  const [row] = await ctx.db
    .select()
    .from(aiSuggestion)
    .where(and(target(ctx, opportunityId), eq(aiSuggestion.state, "proposed")));
  return row;
}

/** Same rule, same evidence: only its figures may have moved with the clock. */
async function keepCurrent(ctx: RequestContext, current: SuggestionRow, best: Candidate): Promise<SuggestionRow> {
  const content = { ...best.content, dueOn: String(current.content.dueOn ?? best.content.dueOn) };
  const [row] = await ctx.db
    .update(aiSuggestion)
    .set({ content, priority: best.priority, snapshot: best.snapshot, updatedAt: ctx.now() })
    .where(own(ctx, current.id))
    .returning();
  return row ?? current;
}

async function expire(ctx: RequestContext, current: SuggestionRow): Promise<void> {
  await ctx.db
    .update(aiSuggestion)
    .set({ state: "expired", decidedAt: ctx.now(), updatedAt: ctx.now() })
    .where(own(ctx, current.id));
  await emitEvent(ctx, {
    type: "suggestion.expired",
    subject: { type: "opportunity", id: current.targetId },
    data: { rule: current.rule },
  });
}

async function propose(
  ctx: RequestContext,
  opportunityId: string,
  best: Candidate,
): Promise<SuggestionRow | undefined> {
  const { rule, priority, content, evidenceSha, snapshot } = best;
  const [row] = await ctx.db
    .insert(aiSuggestion)
    .values({
      workspaceId: ctx.workspaceId,
      id: newId(),
      targetType: "opportunity",
      targetId: opportunityId,
      rule,
      priority,
      content: { ...content },
      evidenceSha,
      snapshot,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    })
    .returning();
  await emitEvent(ctx, {
    type: "suggestion.proposed",
    subject: { type: "opportunity", id: opportunityId },
    data: { rule },
  });
  return row;
}

export const own = (ctx: RequestContext, id: string) =>
  and(eq(aiSuggestion.workspaceId, ctx.workspaceId), eq(aiSuggestion.id, id));
const target = (ctx: RequestContext, id: string) =>
  and(
    eq(aiSuggestion.workspaceId, ctx.workspaceId),
    eq(aiSuggestion.targetType, "opportunity"),
    eq(aiSuggestion.targetId, id),
  );
