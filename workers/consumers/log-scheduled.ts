import { and, eq, isNull } from "drizzle-orm";
import { task } from "#db/schema/index.ts";
import { forgetActivity, recordActivity } from "#server/activities/index.ts";
import type { Consumer, LoggedEvent } from "#server/core/consumers.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";

/** A scheduled call, meeting or visit that was ticked off happened: it is logged, and waits for its outcome. */
export const logScheduled: Consumer = {
  name: "activities.scheduled",
  wants: (type) => type === "task.done" || type === "task.reopened",
  async handle(ctx, events) {
    for (const event of events) await follow(ctx, event);
  },
};

async function follow(ctx: RequestContext, event: LoggedEvent): Promise<void> {
  const [row] = await ctx.db
    .select()
    .from(task)
    .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, event.subjectId), isNull(task.deletedAt)));
  if (!row || row.kind === "todo") return;
  const source = `task:${row.id}`;
  if (event.type === "task.reopened") return forgetActivity(ctx, row.ownerId, source);
  const records = [
    ...(row.leadId ? [{ type: "lead" as const, id: row.leadId }] : []),
    ...(row.opportunityId ? [{ type: "opportunity" as const, id: row.opportunityId }] : []),
    ...(row.contactId ? [{ type: "contact" as const, id: row.contactId }] : []),
    ...(row.accountId ? [{ type: "account" as const, id: row.accountId }] : []),
  ];
  if (records.length === 0 || !row.doneAt) return;
  const { kind, title: subject, ownerId, durationMinutes, startsAt, doneAt } = row;
  // Ticked off ahead of its time, it happened when it was ticked off.
  const occurredAt = startsAt && startsAt < doneAt ? startsAt : doneAt;
  try {
    await recordActivity(ctx, {
      ...{ kind, subject, ownerId, durationMinutes, occurredAt, records, source },
      direction: "outbound",
    });
  } catch (error) {
    // The record went away in the meantime.
    if (!(error instanceof NotFoundError)) throw error;
  }
}
