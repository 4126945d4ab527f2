import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { task } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { changedFields, emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { dayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const RescheduleInput = z.strictObject({
  taskId: z.uuid(),
  dueOn: z.iso.date().optional(),
  startsAt: z.iso.datetime({ offset: true }).nullish(),
  place: z.string().trim().max(300).nullish(),
});

/** Gives an open task another day, or a scheduled one another time and place. @throws NotFoundError; ConflictError when it is done */
export async function rescheduleTask(ctx: RequestContext, input: z.infer<typeof RescheduleInput>): Promise<void> {
  requirePermission(ctx, "task:write");
  const startsAt = input.startsAt ? new Date(input.startsAt) : undefined;
  const dueOn = startsAt ? dayOf(ctx, startsAt) : input.dueOn;
  if (!dueOn) throw new InvalidInputError("Say when it is to be done", { dueOn: "missing" });
  await withTransaction(ctx, async (ctx) => {
    const where = and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, input.taskId), isNull(task.deletedAt));
    const [row] = await ctx.db.select().from(task).where(where).for("update");
    if (!row) throw new NotFoundError("Task", input.taskId);
    if (row.doneAt) throw new ConflictError("This task is done already");
    const next = {
      dueOn,
      // Another day alone takes the time of the day away, which was for the old day.
      startsAt: startsAt ?? (dueOn === row.dueOn ? row.startsAt : null),
      ...(input.place === undefined ? {} : { place: input.place }),
    };
    const changes = changedFields(row, next);
    if (Object.keys(changes).length === 0) return;
    await ctx.db
      .update(task)
      .set({ ...next, version: row.version + 1, updatedAt: ctx.now() })
      .where(where);
    await emitEvent(ctx, {
      type: "task.rescheduled",
      subject: { type: "task", id: row.id },
      changes,
      data: { userId: row.ownerId, accountId: row.accountId, opportunityId: row.opportunityId },
    });
  });
}
