import { and, eq, isNull } from "drizzle-orm";
import { leadSignal, task, type ActivityKind, type Outcome } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent, type NewEvent } from "#server/core/events.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { dayOf, FIRST_TOUCH } from "./admit-leads.ts";
import { lockLead, noteOnLead, requireNotConverted, setLead, type Lead } from "./locked-lead.ts";
import { rescoreLead } from "./rescore-lead.ts";
import { loadRules } from "./rules.ts";

export interface LeadTouch {
  leadId: string;
  activityId: string;
  kind: ActivityKind;
  direction: "inbound" | "outbound" | "internal";
  outcome: string | null;
  at: Date;
  nextStep?: string | null | undefined;
  nextStepDue?: string | null | undefined;
  /** The lead's dated next step stays as it is. */
  isNextStepConfirmed?: boolean | undefined;
}

/**
 * What an activity means for its lead, in the activity's transaction: the SLA clock stops at the first human touch, the status
 * follows the outcome by rule, next step and score follow.
 * @throws NotFoundError; ConflictError for a converted lead.
 */
export async function recordLeadTouch(ctx: RequestContext, touch: LeadTouch): Promise<void> {
  const row = await lockLead(ctx, touch.leadId);
  requireNotConverted(row);
  const isTouch = touch.kind !== "note" && touch.direction === "outbound" && ctx.actor.kind === "user";
  if (isTouch) await requireOutcomeAndStep(ctx, row, touch);
  const isFirst = isTouch && row.firstTouchAt === null;
  const outcome = toOutcome(touch.outcome);
  const status = isTouch && outcome ? await statusAfter(ctx, row, outcome) : row.status;
  const set: Partial<Lead> = {
    lastActivityAt: row.lastActivityAt && row.lastActivityAt > touch.at ? row.lastActivityAt : touch.at,
    ...(isFirst ? { firstTouchAt: touch.at } : {}),
    ...(isTouch && row.flaggedAt ? { flaggedAt: null, flagReason: null, flaggedBy: null } : {}),
    ...(touch.nextStep ? { nextStep: touch.nextStep } : {}),
    ...(touch.nextStepDue ? { nextStepDue: touch.nextStepDue, followUpOn: touch.nextStepDue } : {}),
  };
  if (status !== row.status) await setLead(ctx, row, { ...set, status });
  else await noteOnLead(ctx, row, set);
  if (isFirst) await finishFirstTouchTasks(ctx, row.id);
  const changes: NewEvent["changes"] = status === row.status ? {} : { status: [row.status, status] };
  await emitEvent(ctx, {
    type: status === row.status ? "lead.touched" : "lead.status_changed",
    subject: { type: "lead", id: row.id },
    changes,
    data: {
      ownerId: row.ownerId,
      activityId: touch.activityId,
      isFirst,
      ...(outcome ? { outcome } : {}),
      toStatus: status,
    },
  });
  const signal = signalOf(touch, outcome);
  if (!signal) return;
  const { leadId, activityId, at } = touch;
  const key = { workspaceId: ctx.workspaceId, id: newId(), externalId: `activity:${activityId}` };
  await ctx.db
    .insert(leadSignal)
    .values({ ...key, leadId, kind: signal, occurredAt: at })
    .onConflictDoNothing();
  await rescoreLead(ctx, { ...row, ...set, status, version: row.version + 1 }, `Activity: ${signal.replace("_", " ")}`);
}

/** @throws InvalidInputError naming what outreach lacks: how it went, and what follows by when. */
async function requireOutcomeAndStep(ctx: RequestContext, row: Lead, touch: LeadTouch): Promise<void> {
  const { timeZone } = await loadWorkingCalendar(ctx);
  const isPlanned =
    touch.isNextStepConfirmed && row.nextStep && row.nextStepDue && row.nextStepDue >= dayOf(ctx.now(), timeZone);
  const fields = {
    ...(touch.outcome ? {} : { outcome: "missing" }),
    ...(touch.nextStep || isPlanned ? {} : { nextStep: "missing" }),
    ...(touch.nextStepDue || isPlanned ? {} : { nextStepDue: "missing" }),
  };
  if (Object.keys(fields).length > 0)
    throw new InvalidInputError("Say how it went and what comes next, with a date", fields, "lead.outreach");
}

/** "No Response" and "no_response" are one outcome. */
function toOutcome(text: string | null): Outcome | undefined {
  const word = text
    ?.trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
  return word === "connected" || word === "voicemail" || word === "no_response" ? word : undefined;
}

async function statusAfter(ctx: RequestContext, row: Lead, outcome: Outcome): Promise<Lead["status"]> {
  const { rules } = (await loadRules(ctx, "status")).rules;
  const rule = rules.find((one) => one.outcome === outcome && one.from.includes(row.status));
  return rule?.to ?? row.status;
}

function signalOf({ kind, direction }: LeadTouch, outcome: Outcome | undefined): string | undefined {
  if (direction === "inbound")
    return kind === "email" ? "email_replied" : kind === "call" ? "call_connected" : undefined;
  if (kind === "call" && outcome === "connected") return "call_connected";
  return kind === "meeting" && direction === "outbound" ? "meeting_booked" : undefined;
}

/** The task that came with the lead is done by the touch itself. */
export async function finishFirstTouchTasks(ctx: RequestContext, leadId: string): Promise<void> {
  const done = await ctx.db
    .update(task)
    .set({ doneAt: ctx.now(), updatedAt: ctx.now() })
    .where(
      and(
        eq(task.workspaceId, ctx.workspaceId),
        eq(task.leadId, leadId),
        eq(task.source, FIRST_TOUCH),
        isNull(task.doneAt),
        isNull(task.deletedAt),
      ),
    )
    .returning({ id: task.id, ownerId: task.ownerId });
  for (const { id, ownerId } of done)
    await emitEvent(ctx, { type: "task.done", subject: { type: "task", id }, data: { userId: ownerId, leadId } });
}
