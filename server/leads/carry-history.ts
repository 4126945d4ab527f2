import { and, eq, isNull, sql } from "drizzle-orm";
import { activity, activityLink, task } from "#db/schema/index.ts";
import { insertRows } from "#db/insert-rows.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import type { Lead } from "./locked-lead.ts";

interface Target {
  accountId: string;
  contactId: string;
  opportunityId: string;
  ownerId: string;
  handoverNote: string;
}

/**
 * Puts all that happened with the lead on what it became, author and time untouched: the same activities get further links, tasks
 * get the deal. @returns the new links and the tasks, for the way back.
 */
export async function carryHistory(
  ctx: RequestContext,
  row: Lead,
  target: Target,
): Promise<{ linkIds: string[]; taskIds: string[] }> {
  await noteFields(ctx, row, target);
  const links = await ctx.db
    .select({ activityId: activityLink.activityId, occurredAt: activityLink.occurredAt })
    .from(activityLink)
    .where(and(eq(activityLink.workspaceId, ctx.workspaceId), eq(activityLink.leadId, row.id)));
  const there = await ctx.db
    .select({
      activityId: activityLink.activityId,
      recordId: sql<string>`coalesce(${activityLink.accountId}, ${activityLink.contactId}, ${activityLink.opportunityId})`,
    })
    .from(activityLink)
    .where(
      and(
        eq(activityLink.workspaceId, ctx.workspaceId),
        sql`${activityLink.activityId} in (select l.activity_id from activity_link l where l.workspace_id = ${ctx.workspaceId} and l.lead_id = ${row.id})`,
        isNull(activityLink.leadId),
      ),
    );
  const known = new Set(there.map(({ activityId, recordId }) => `${activityId}:${recordId}`));
  const { accountId, contactId, opportunityId } = target;
  const fresh = links.flatMap((link) =>
    [{ opportunityId }, { accountId }, { contactId }]
      .filter((record) => !known.has(`${link.activityId}:${Object.values(record)[0]}`))
      .map((record) => ({ ...link, ...record, id: newId(), workspaceId: ctx.workspaceId })),
  );
  await insertRows(ctx.db, activityLink, fresh);
  const tasks = await ctx.db
    .update(task)
    .set({
      opportunityId,
      accountId,
      contactId,
      // What is still to do is the new owner's.
      ownerId: sql`case when ${task.doneAt} is null and ${task.ownerId} = ${row.ownerId ?? target.ownerId}::uuid
        then ${target.ownerId}::uuid else ${task.ownerId} end`,
      version: sql`${task.version} + 1`,
      updatedAt: ctx.now(),
    })
    .where(
      and(
        eq(task.workspaceId, ctx.workspaceId),
        eq(task.leadId, row.id),
        isNull(task.opportunityId),
        isNull(task.deletedAt),
      ),
    )
    .returning({ id: task.id, ownerId: task.ownerId });
  for (const { id, ownerId } of tasks)
    await emitEvent(ctx, {
      type: "task.updated",
      subject: { type: "task", id },
      data: { userId: ownerId, accountId, contactId, opportunityId, leadId: row.id },
    });
  return { linkIds: fresh.map(({ id }) => id), taskIds: tasks.map(({ id }) => id) };
}

/** What has no field on account, contact or deal goes along as a note of the person who converts. */
async function noteFields(ctx: RequestContext, row: Lead, { ownerId, handoverNote }: Target): Promise<void> {
  const lines = [
    handoverNote && `Handover: ${handoverNote}`,
    row.fit && `Company fit: ${row.fit}`,
    row.authority && `Authority: ${row.authority}`,
    row.need && `Need: ${row.need}`,
    row.timing && `Timing: ${row.timing}`,
    row.qualificationNotes && `Notes: ${row.qualificationNotes}`,
    row.description && `About: ${row.description}`,
    row.website && `Website: ${row.website}`,
    `Source: ${row.source}`,
    ...Object.entries(row.custom).map(([name, value]) => `${name}: ${value}`),
  ].filter(Boolean);
  const id = newId();
  const occurredAt = ctx.now();
  const author = ctx.actor.kind === "user" ? ctx.actor.userId : ownerId;
  await ctx.db.insert(activity).values({
    ...{ id, workspaceId: ctx.workspaceId, kind: "note", subject: "Converted from a lead", body: lines.join("\n") },
    ...{ direction: "internal", occurredAt, ownerId: author, isTainted: row.isTainted },
  });
  await ctx.db
    .insert(activityLink)
    .values({ workspaceId: ctx.workspaceId, activityId: id, leadId: row.id, occurredAt });
  await emitEvent(ctx, {
    type: "activity.logged",
    subject: { type: "activity", id },
    data: { kind: "note", leadId: row.id },
  });
}
