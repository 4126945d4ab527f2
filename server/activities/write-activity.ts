import { and, eq, inArray, sql } from "drizzle-orm";
import { activity, activityEntry, activityLink, opportunity, task, type EntryKind } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { emitEvent } from "#server/core/events.ts";
import { writeNextStep, type NextStep } from "#server/opportunities/index.ts";
import { toLinkRows, type LinkedDeal, type Links } from "./links.ts";

type NewActivity = Omit<typeof activity.$inferInsert, "workspaceId" | "id">;

/** The activity on every record it belongs to, and its news. For use inside a transaction. */
export async function insertActivity(
  ctx: RequestContext,
  values: NewActivity,
  links: Links,
  entries: readonly { kind: EntryKind; text: string }[] = [],
): Promise<{ id: string }> {
  const id = newId();
  const { workspaceId } = ctx;
  await ctx.db.insert(activity).values({ ...values, id, workspaceId });
  await ctx.db.insert(activityLink).values(toLinkRows(workspaceId, id, values.occurredAt, links));
  if (entries.length > 0)
    await ctx.db.insert(activityEntry).values(entries.map((entry) => ({ ...entry, workspaceId, activityId: id })));
  await touchOpportunities(ctx, links.ids.opportunity, values.occurredAt);
  const [accountId = null] = links.ids.account;
  const [contactId = null] = links.ids.contact;
  const [opportunityId = null] = links.ids.opportunity;
  const [leadId = null] = links.ids.lead;
  await emitEvent(ctx, {
    type: "activity.logged",
    subject: { type: "activity", id },
    data: { kind: values.kind, accountId, contactId, opportunityId, leadId, opportunityIds: links.ids.opportunity },
  });
  return { id };
}

/** Whoever may read a deal may log on it; only the "last activity" of a deal that he may not edit stays as it was. */
async function touchOpportunities(ctx: RequestContext, ids: string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  const later = sql`greatest(coalesce(${opportunity.lastActivityAt}, ${at.toISOString()}::timestamptz), ${at.toISOString()}::timestamptz)`;
  await ctx.db
    .update(opportunity)
    .set({ lastActivityAt: later })
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), inArray(opportunity.id, ids)));
}

/** What follows, on each open deal; a deal that the caller may only read gets it as a task for its owner. */
export async function applyNextStep(ctx: RequestContext, deals: readonly LinkedDeal[], step: NextStep): Promise<void> {
  for (const deal of deals.filter(({ stageKind }) => stageKind === "open"))
    if (!(await writeNextStep(ctx, deal.id, step))) await proposeToOwner(ctx, deal, step);
}

async function proposeToOwner(ctx: RequestContext, deal: LinkedDeal, step: NextStep): Promise<void> {
  const id = newId();
  await ctx.db.insert(task).values({
    ...{ id, workspaceId: ctx.workspaceId, ownerId: deal.ownerId, createdBy: actorId(ctx) },
    ...{ title: step.nextStep, dueOn: step.nextStepDue, opportunityId: deal.id, source: "activity" },
  });
  await emitEvent(ctx, {
    type: "task.created",
    subject: { type: "task", id },
    data: { userId: deal.ownerId, accountId: null, contactId: null, opportunityId: deal.id },
  });
}
