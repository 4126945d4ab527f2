import { z } from "zod";
import { lead, task } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import { emitEvent, emitEvents } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { dayOf, leadName, taskEvent } from "./admit-leads.ts";
import { LeadFields, requireCampaign } from "./create-lead.ts";
import { lockLead, requireLeadVersion, requireNotConverted, setLead, type Lead } from "./locked-lead.ts";
import { eachLead, type BulkResult } from "./reassign-leads.ts";
import { finishFirstTouchTasks } from "./record-touch.ts";
import { rescoreLead } from "./rescore-lead.ts";

const note = (max: number) => z.string().trim().max(max).nullish();
const Qualification = { fit: note(2000), authority: note(2000), need: note(2000), timing: note(2000) };
export const UpdateLeadInput = z.strictObject({
  leadId: z.uuid(),
  version: z.number().int().min(1),
  changes: LeadFields.extend({
    // A default would come in for a field that is not named.
    firstName: z.string().trim().max(100),
    company: z.string().trim().max(200),
    ...Qualification,
    qualificationNotes: note(20_000),
    followUpOn: z.iso.date().nullish(),
    nextStep: note(500),
    nextStepDue: z.iso.date().nullish(),
  }).partial(),
});
export const SetStatusInput = z.strictObject({
  leadId: z.uuid(),
  version: z.number().int().min(1),
  status: z.enum(["working", "nurture", "qualified", "disqualified"]),
  reason: z.string().trim().max(2000).optional(),
  followUpOn: z.iso.date().optional(),
  notes: z.string().trim().max(20_000).optional(),
});
export const PlanFollowUpInput = z.strictObject({
  leadIds: z.array(z.uuid()).min(1).max(200),
  followUpOn: z.iso.date(),
  /** Makes a task of each, such as "Qualification call". */
  taskTitle: z.string().trim().min(1).max(200).optional(),
});

/** @throws NotFoundError; StaleWriteError; ConflictError for a converted lead. */
export async function updateLead(ctx: RequestContext, input: z.infer<typeof UpdateLeadInput>): Promise<void> {
  requirePermission(ctx, "lead:write");
  const { leadId: id, version, changes } = input;
  await withTransaction(ctx, async (ctx) => {
    requireNotConverted(await lockLead(ctx, id));
    if (changes.campaignId) await requireCampaign(ctx, changes.campaignId);
    const done = await updateVersioned<Lead>(ctx, { table: lead, recordType: "Lead", id, version, changes });
    if (Object.keys(done.changes).length === 0) return;
    await emitEvent(ctx, {
      type: "lead.updated",
      subject: { type: "lead", id },
      changes: done.changes,
      data: { ownerId: done.before.ownerId },
    });
    await rescoreLead(ctx, await lockLead(ctx, id), "Details changed");
  });
}

const QUALIFICATION_LABELS = { fit: "company fit", authority: "authority", need: "need", timing: "timing" } as const;

/**
 * Moves a lead on, by a person's word. Qualified needs all four values and notes, Disqualified a reason, Nurture a date to come.
 * @throws InvalidInputError naming each field that is missing; ConflictError; StaleWriteError.
 */
export async function setLeadStatus(ctx: RequestContext, input: z.infer<typeof SetStatusInput>): Promise<void> {
  requirePermission(ctx, "lead:write");
  await withTransaction(ctx, async (ctx) => {
    const row = await lockLead(ctx, input.leadId);
    requireNotConverted(row);
    requireLeadVersion(row, input.version, ["status"]);
    const set = await requireStatus(ctx, row, input);
    await setLead(ctx, row, set);
    if (input.status === "disqualified") await finishFirstTouchTasks(ctx, row.id);
    await emitEvent(ctx, {
      type: "lead.status_changed",
      subject: { type: "lead", id: row.id },
      changes: { status: [row.status, input.status] },
      data: { ownerId: row.ownerId, toStatus: input.status, ...(input.reason ? { reason: input.reason } : {}) },
    });
  });
}

/** The rule of each status. @returns what is written with it. */
async function requireStatus(
  ctx: RequestContext,
  row: Lead,
  { status, reason, followUpOn, notes }: z.infer<typeof SetStatusInput>,
): Promise<Partial<Lead>> {
  if (status === "qualified") {
    const qualificationNotes = notes || row.qualificationNotes;
    const missing = (Object.keys(QUALIFICATION_LABELS) as (keyof typeof QUALIFICATION_LABELS)[]).filter(
      (field) => !row[field]?.trim(),
    );
    const fields = Object.fromEntries([
      ...missing.map((field) => [field, `${QUALIFICATION_LABELS[field]} is missing`]),
      ...(qualificationNotes ? [] : [["notes", "notes are missing"]]),
    ]) as Record<string, string>;
    if (Object.keys(fields).length > 0) {
      const names = [...missing.map((field) => QUALIFICATION_LABELS[field]), ...(qualificationNotes ? [] : ["notes"])];
      throw new InvalidInputError(`A qualified lead needs ${names.join(", ")}`, fields, "lead.qualified");
    }
    return { status, qualificationNotes: qualificationNotes ?? null, disqualifyReason: null };
  }
  if (status === "disqualified") {
    if (!reason)
      throw new InvalidInputError("Say why the lead is disqualified", { reason: "missing" }, "lead.disqualified");
    return { status, disqualifyReason: reason, followUpOn: null, flaggedAt: null, flagReason: null, flaggedBy: null };
  }
  if (status === "nurture") {
    const { timeZone } = await loadWorkingCalendar(ctx);
    if (!followUpOn)
      throw new InvalidInputError("Say when to come back to this lead", { followUpOn: "missing" }, "lead.nurture");
    if (followUpOn <= dayOf(ctx.now(), timeZone))
      throw new InvalidInputError("The date to come back lies in the future", { followUpOn: "past" }, "lead.nurture");
    return { status, followUpOn, disqualifyReason: null };
  }
  return { status, disqualifyReason: null };
}

/** Sets the date of the next contact of many leads, and plans a task for each when asked to. */
export async function planFollowUp(
  ctx: RequestContext,
  { leadIds, followUpOn, taskTitle }: z.infer<typeof PlanFollowUpInput>,
): Promise<BulkResult[]> {
  requirePermission(ctx, "lead:write");
  return eachLead(leadIds, (leadId) =>
    withTransaction(ctx, async (ctx) => {
      const row = await lockLead(ctx, leadId);
      requireNotConverted(row);
      if (row.status === "disqualified")
        throw new InvalidInputError("A disqualified lead has no follow-up", { followUpOn: "disqualified" });
      await setLead(ctx, row, { followUpOn });
      await emitEvent(ctx, {
        type: "lead.follow_up_planned",
        subject: { type: "lead", id: leadId },
        changes: { followUpOn: [row.followUpOn, followUpOn] },
        data: { ownerId: row.ownerId },
      });
      const ownerId = row.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : null);
      if (taskTitle && ownerId)
        await planTask(ctx, row, { ownerId, title: taskTitle, dueOn: followUpOn, source: null });
    }),
  );
}

interface PlannedTask {
  ownerId: string;
  title: string;
  dueOn: string;
  source: string | null;
}

/** A task on a lead for its owner. */
export async function planTask(ctx: RequestContext, row: Lead, { title, ...planned }: PlannedTask): Promise<void> {
  const id = newId();
  await ctx.db.insert(task).values({
    ...{ ...planned, id, workspaceId: ctx.workspaceId, leadId: row.id, createdBy: actorId(ctx) },
    title: `${title}: ${leadName(row)}`.slice(0, 300),
  });
  await emitEvents(ctx, [taskEvent({ id, ownerId: planned.ownerId, leadId: row.id })]);
}
