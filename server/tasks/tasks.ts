import { and, asc, eq, isNotNull, isNull, lte, sql } from "drizzle-orm";
import { z } from "zod";
import { account, appUser, contact, lead, opportunity, task, taskRequest, TASK_KINDS } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { dayOf } from "#server/core/today.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { listVisible, refKey } from "#server/core/visibility.ts";

export const CreateTaskInput = z.strictObject({
  title: z.string().trim().min(1, "A task needs a title").max(300),
  dueOn: z.iso.date().nullish(),
  ownerId: z.uuid().optional(),
  accountId: z.uuid().nullish(),
  contactId: z.uuid().nullish(),
  opportunityId: z.uuid().nullish(),
  leadId: z.uuid().nullish(),
  source: z.string().max(100).nullish(),
  /** All but "todo" are scheduled activities: with a time they stand in the day's plan. */
  kind: z.enum(TASK_KINDS).default("todo"),
  startsAt: z.iso.datetime({ offset: true }).nullish(),
  durationMinutes: z.number().int().min(5).max(1440).nullish(),
  place: z.string().trim().max(300).nullish(),
});
export const SetTaskDoneInput = z.strictObject({ taskId: z.uuid(), isDone: z.boolean() });
export const ListTasksInput = z.strictObject({
  ownerId: z.uuid().optional(),
  opportunityId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  leadId: z.uuid().optional(),
  dueUntil: z.iso.date().optional(),
  contactId: z.uuid().optional(),
  isDone: z.boolean().default(false),
  /** Only those with a time of the day. */
  isScheduled: z.boolean().default(false),
  limit: z.number().int().min(1).max(200).default(100),
});

/** @throws NotFoundError for a record this user may not open; ForbiddenError for an owner outside his team. */
export async function createTask(ctx: RequestContext, input: z.input<typeof CreateTaskInput>): Promise<{ id: string }> {
  requirePermission(ctx, "task:write");
  const ownerId = input.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : undefined);
  if (!ownerId) throw new InvalidInputError("A task needs an owner", { ownerId: "missing" });
  const refs = (["account", "contact", "opportunity", "lead"] as const).flatMap((type) => {
    const id = input[`${type}Id`];
    return id ? [{ type, id }] : [];
  });
  const id = newId();
  const startsAt = input.startsAt ? new Date(input.startsAt) : null;
  const dueOn = startsAt ? dayOf(ctx, startsAt) : input.dueOn;
  return withTransaction(ctx, async (ctx) => {
    const visible = await listVisible(ctx, refs);
    for (const ref of refs) if (!visible.has(refKey(ref))) throw new NotFoundError(ref.type, ref.id);
    await requireTaskOwner(ctx, ownerId, input.opportunityId ?? null);
    await ctx.db.insert(task).values({
      ...{ ...input, id, ownerId, dueOn, startsAt },
      ...{ workspaceId: ctx.workspaceId, createdBy: actorId(ctx) },
    });
    const { accountId, contactId, opportunityId, leadId } = input;
    await emitEvent(ctx, {
      type: "task.created",
      subject: { type: "task", id },
      data: {
        userId: ownerId,
        accountId: accountId ?? null,
        contactId: contactId ?? null,
        opportunityId: opportunityId ?? null,
        leadId: leadId ?? null,
      },
    });
    return { id };
  });
}

/** A deal's owner may always be given a task on that deal, also by a colleague it was shared with. */
async function requireTaskOwner(ctx: RequestContext, ownerId: string, opportunityId: string | null): Promise<void> {
  if (opportunityId) {
    const [deal] = await ctx.db
      .select({ ownerId: opportunity.ownerId })
      .from(opportunity)
      .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, opportunityId)));
    if (deal?.ownerId === ownerId) return;
  }
  requireOwnTeam(ctx, ownerId);
}

/** Ticking a task off and taking that back are the same act. @throws NotFoundError */
export async function setTaskDone(
  ctx: RequestContext,
  { taskId, isDone }: z.infer<typeof SetTaskDoneInput>,
): Promise<void> {
  requirePermission(ctx, "task:write");
  await withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select()
      .from(task)
      .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, taskId), isNull(task.deletedAt)))
      .for("update");
    if (!row) throw new NotFoundError("Task", taskId);
    if ((row.doneAt !== null) === isDone) return;
    await ctx.db
      .update(task)
      .set({ doneAt: isDone ? ctx.now() : null, version: row.version + 1, updatedAt: ctx.now() })
      .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, taskId)));
    await emitEvent(ctx, {
      type: isDone ? "task.done" : "task.reopened",
      subject: { type: "task", id: taskId },
      data: {
        ...{ userId: row.ownerId, kind: row.kind },
        ...{ accountId: row.accountId, contactId: row.contactId, opportunityId: row.opportunityId, leadId: row.leadId },
      },
    });
  });
}

/** Tasks the caller may see, soonest first; those without a date last. */
export async function listTasks(ctx: RequestContext, input: z.infer<typeof ListTasksInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: task.id,
        title: task.title,
        dueOn: task.dueOn,
        doneAt: task.doneAt,
        ownerId: task.ownerId,
        ownerName: appUser.name,
        opportunityId: task.opportunityId,
        opportunityName: opportunity.name,
        accountId: task.accountId,
        accountName: account.name,
        contactId: task.contactId,
        contactName: sql<string | null>`nullif(trim(${contact.firstName} || ' ' || ${contact.lastName}), '')`,
        leadId: task.leadId,
        leadName: sql<string | null>`nullif(trim(${lead.firstName} || ' ' || ${lead.lastName}), '')`,
        source: task.source,
        kind: task.kind,
        startsAt: task.startsAt,
        durationMinutes: task.durationMinutes,
        place: task.place,
        version: task.version,
        request: {
          kind: taskRequest.kind,
          text: taskRequest.text,
          slots: taskRequest.slots,
          requestedBy: taskRequest.requestedBy,
          answer: taskRequest.answer,
          answeredAt: taskRequest.answeredAt,
        },
      })
      .from(task)
      .leftJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, task.ownerId)))
      .leftJoin(opportunity, and(eq(opportunity.workspaceId, task.workspaceId), eq(opportunity.id, task.opportunityId)))
      .leftJoin(account, and(eq(account.workspaceId, task.workspaceId), eq(account.id, task.accountId)))
      .leftJoin(contact, and(eq(contact.workspaceId, task.workspaceId), eq(contact.id, task.contactId)))
      .leftJoin(taskRequest, and(eq(taskRequest.workspaceId, task.workspaceId), eq(taskRequest.taskId, task.id)))
      .leftJoin(lead, and(eq(lead.workspaceId, task.workspaceId), eq(lead.id, task.leadId)))
      .where(
        and(
          eq(task.workspaceId, ctx.workspaceId),
          isNull(task.deletedAt),
          input.isScheduled ? isNotNull(task.startsAt) : undefined,
          input.contactId ? eq(task.contactId, input.contactId) : undefined,
          input.isDone ? sql`${task.doneAt} is not null` : isNull(task.doneAt),
          input.ownerId ? eq(task.ownerId, input.ownerId) : undefined,
          input.opportunityId ? eq(task.opportunityId, input.opportunityId) : undefined,
          input.accountId ? eq(task.accountId, input.accountId) : undefined,
          input.leadId ? eq(task.leadId, input.leadId) : undefined,
          input.dueUntil ? lte(task.dueOn, input.dueUntil) : undefined,
        ),
      )
      .orderBy(asc(task.dueOn), sql`${task.startsAt} nulls last`, asc(task.id))
      .limit(input.limit),
  );
}
