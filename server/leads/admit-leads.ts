import { DateTime } from "luxon";
import { insertRows } from "#db/insert-rows.ts";
import {
  lead,
  leadAssignment,
  leadScore,
  leadSignal,
  task,
  type LeadSource,
  type RoutingTrace,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { emitEvents, type NewEvent } from "#server/core/events.ts";
import { withWholeWorkspace } from "#server/core/transaction.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { loadCandidates } from "./candidates.ts";
import { evaluateAssignment, orderOf, type Decision, type LeadFacts } from "./evaluate-assignment.ts";
import { lockLead } from "./locked-lead.ts";
import { rescoreLead } from "./rescore-lead.ts";
import { loadRules } from "./rules.ts";
import { computeScore } from "./score.ts";
import { loadSlaPolicies, startSla } from "./sla.ts";

/** How many of the people that a rule had to choose from are kept for the replay; the first of them was chosen. */
const KEPT_CANDIDATES = 25;
export const FIRST_TOUCH = "lead:first-touch";

export interface NewLead {
  id: string;
  firstName: string;
  lastName: string;
  company: string;
  title?: string | null;
  email?: string | null;
  phone?: string | null;
  website?: string | null;
  country?: string | null;
  industry?: string | null;
  employees?: number | null;
  description?: string | null;
  custom?: Record<string, string>;
  source: LeadSource;
  campaignId?: string | null;
  webFormId?: string | null;
  externalId?: string | null;
  importRunId?: string | null;
  isTainted?: boolean;
  /** A person's choice; without it the rules decide. */
  ownerId?: string | null;
  /** What brought the person here, as the first signals. */
  signals?: { kind: string; detail?: string }[];
}

/**
 * The one way in for every lead: owner by rule, SLA clock, first-touch task, score and the reasons of all of it, in one transaction.
 * Decided over the whole workspace: the lead may go to somebody whose records the caller does not see.
 */
export function admitLeads(ctx: RequestContext, leads: readonly NewLead[]): Promise<void> {
  return withWholeWorkspace(ctx, async (ctx) => {
    const [assignment, scoring] = [await loadRules(ctx, "assignment"), await loadRules(ctx, "score")];
    const pool = await loadCandidates(ctx);
    const policies = await loadSlaPolicies(ctx);
    const calendar = await loadWorkingCalendar(ctx);
    const now = ctx.now();
    const common = { workspaceId: ctx.workspaceId, createdAt: now };
    const rows = leads.map((one) => {
      const { signals: brought = [], ownerId: chosen, ...fields } = one;
      const signals = brought.map((signal) => ({ ...common, ...signal, id: newId(), leadId: one.id, occurredAt: now }));
      const { score, breakdown } = computeScore(scoring, toScored(one), signals, now);
      const facts = factsOf(one, score);
      const decision = chosen ? undefined : evaluateAssignment(assignment.rules.rules, facts, pool.candidatesOf);
      const ownerId = chosen ?? decision?.ownerId ?? null;
      const inputs = decision ? inputsOf(decision, facts, pool.candidatesOf) : {};
      if (decision?.rule && ownerId) pool.given(decision.rule, ownerId, now.getTime());
      const routing: RoutingTrace = decision
        ? { ...decision.trace, kind: ownerId ? "rule" : "none", ruleVersion: assignment.version }
        : { ...NO_RULE, kind: "person", reason: "Chosen by the person who entered it" };
      const policy = policies.of({ slaPolicyId: decision?.rule?.slaPolicyId, campaignId: one.campaignId ?? null });
      const sla = policy ? startSla(policy, now, calendar) : undefined;
      const row = {
        ...common,
        ...fields,
        ...sla,
        ownerId,
        assignedAt: ownerId ? now : null,
        routing,
        score,
        scoreBreakdown: breakdown,
        scoredAt: now,
        updatedAt: now,
      };
      return { row, signals, inputs, breakdown, dueOn: sla ? dayOf(sla.slaDueAt, calendar.timeZone) : null };
    });
    await insertRows(
      ctx.db,
      lead,
      rows.map(({ row }) => row),
    );
    await insertRows(
      ctx.db,
      leadSignal,
      rows.flatMap(({ signals }) => signals),
    );
    await insertRows(
      ctx.db,
      leadScore,
      rows.map(({ row, breakdown }) => ({
        ...{ ...common, id: newId(), leadId: row.id, score: row.score, ruleVersion: breakdown.ruleVersion, breakdown },
        reason: "New lead",
      })),
    );
    await insertRows(
      ctx.db,
      leadAssignment,
      rows.map(({ row: { id, ownerId, routing }, inputs }) => ({
        ...{ ...common, id: newId(), leadId: id, ownerId, inputs, actorId: actorId(ctx), reason: routing.reason },
        kind: routing.kind === "person" ? ("person" as const) : ("rule" as const),
        ruleVersion: routing.ruleVersion,
        ruleKey: routing.ruleKey,
      })),
    );
    const tasks = rows.flatMap(({ row, dueOn }) =>
      row.ownerId ? [firstTouchTask(ctx, { ...row, ownerId: row.ownerId }, dueOn)] : [],
    );
    await insertRows(ctx.db, task, tasks);
    await emitEvents(ctx, [...rows.map(({ row }) => createdEvent(row)), ...tasks.map(taskEvent)]);
    // What brought somebody may be a buying signal already.
    for (const { row, signals } of rows)
      if (signals.length > 0) await rescoreLead(ctx, await lockLead(ctx, row.id), "New lead");
  });
}

const NO_RULE = { ruleVersion: null, ruleKey: null, ruleName: null, notMatched: [] };

export const factsOf = (one: NewLead | typeof lead.$inferSelect, score: number): LeadFacts => ({
  source: one.source,
  country: one.country ?? null,
  industry: one.industry ?? null,
  campaignId: one.campaignId ?? null,
  employees: one.employees ?? null,
  score,
});

const toScored = (one: NewLead) => ({
  employees: one.employees ?? null,
  country: one.country ?? null,
  industry: one.industry ?? null,
  title: one.title ?? null,
  source: one.source,
  email: one.email ?? null,
  phone: one.phone ?? null,
  website: one.website ?? null,
});

/** All that the decision was made from, for its replay. */
export function inputsOf(
  { rule }: Decision,
  facts: LeadFacts,
  candidatesOf: Parameters<typeof evaluateAssignment>[2],
): Record<string, unknown> {
  const candidates = rule ? [...candidatesOf(rule)].sort(orderOf(rule)) : [];
  const free = candidates.filter(({ openLeads }) => openLeads < (rule?.maxOpenLeads ?? Infinity));
  return { facts, candidates: rule ? { [rule.key]: free.slice(0, KEPT_CANDIDATES) } : {} };
}

export const dayOf = (at: Date, timeZone: string): string => DateTime.fromJSDate(at, { zone: timeZone }).toISODate()!;

interface Called {
  id: string;
  firstName: string;
  lastName: string;
  company: string;
}
/** "Ada King, Acme". */
export const leadName = ({ firstName, lastName, company }: Omit<Called, "id">): string =>
  [`${firstName} ${lastName}`.trim(), company].filter(Boolean).join(", ").slice(0, 200);

export function firstTouchTask(ctx: RequestContext, row: Called & { ownerId: string }, dueOn: string | null) {
  return {
    id: newId(),
    workspaceId: ctx.workspaceId,
    title: `First contact: ${leadName(row)}`,
    dueOn,
    ownerId: row.ownerId,
    createdBy: actorId(ctx),
    leadId: row.id,
    source: FIRST_TOUCH,
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
  };
}

const createdEvent = (row: {
  id: string;
  ownerId: string | null;
  source: string;
  campaignId?: string | null;
  importRunId?: string | null;
}): NewEvent => ({
  type: "lead.created",
  subject: { type: "lead", id: row.id },
  data: { ownerId: row.ownerId, source: row.source, campaignId: row.campaignId ?? null },
});

export const taskEvent = (row: { id: string; ownerId: string; leadId: string }): NewEvent => ({
  type: "task.created",
  subject: { type: "task", id: row.id },
  data: { userId: row.ownerId, leadId: row.leadId },
});
