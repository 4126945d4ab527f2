import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { appUser, opportunity, recordShare, REQUEST_FUNCTIONS, task, taskRequest } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { logActivity } from "#server/activities/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission, seesAllRecords, type Role } from "#server/core/permissions.ts";
import { todayOf } from "#server/core/today.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { findColleague } from "./find-colleague.ts";
import { createTask, setTaskDone } from "./tasks.ts";

export const AskColleagueInput = z.strictObject({
  opportunityId: z.uuid(),
  kind: z.enum(["question", "demo"]).default("question"),
  /** One of the two: a person, or a function whose least busy colleague is asked. */
  toUserId: z.uuid().nullish(),
  toFunction: z.enum(REQUEST_FUNCTIONS).nullish(),
  text: z.string().trim().min(1, "Say what you need").max(4000),
  dueOn: z.iso.date(),
  slots: z
    .array(z.iso.datetime({ offset: true }))
    .max(10)
    .default([]),
});
export const AnswerRequestInput = z.strictObject({
  taskId: z.uuid(),
  answer: z.string().trim().min(1, "Write the answer").max(10_000),
});
export const BookDemoInput = z.strictObject({
  taskId: z.uuid(),
  startsAt: z.iso.datetime({ offset: true }),
  durationMinutes: z.number().int().min(5).max(1440).default(60),
  place: z.string().trim().max(300).nullish(),
});
export const ListRequestsInput = z.strictObject({ opportunityId: z.uuid() });

/**
 * Asks a colleague for something about a deal: a task with a due date that he answers on the record. Whoever is asked may
 * read the deal from then on. @throws NotFoundError; InvalidInputError when nobody has that function
 */
export async function askColleague(
  ctx: RequestContext,
  input: z.infer<typeof AskColleagueInput>,
): Promise<{ taskId: string; userId: string; name: string }> {
  requirePermission(ctx, "task:write");
  const me = requireUser(ctx);
  if (input.dueOn < todayOf(ctx))
    throw new InvalidInputError("An answer is due today or later", { dueOn: "This day has passed" });
  return withTransaction(ctx, async (ctx) => {
    const deal = await loadDeal(ctx, input.opportunityId);
    const person = await findColleague(ctx, input);
    await shareWith(ctx, deal, person);
    const taskId = newId();
    const title = `${input.kind === "demo" ? "Demo" : "Question"}: ${deal.name}`.slice(0, 300);
    await ctx.db.insert(task).values({
      ...{ id: taskId, workspaceId: ctx.workspaceId, title, dueOn: input.dueOn },
      ...{ ownerId: person.id, createdBy: me.userId, opportunityId: deal.id, source: "request" },
    });
    await ctx.db.insert(taskRequest).values({
      ...{ workspaceId: ctx.workspaceId, taskId, kind: input.kind, toFunction: input.toFunction ?? null },
      ...{ requestedBy: me.userId, text: input.text, slots: input.slots },
    });
    await emitEvent(ctx, {
      type: "task.requested",
      subject: { type: "task", id: taskId },
      data: { userId: person.id, toName: person.name, kind: input.kind, opportunityId: deal.id },
    });
    return { taskId, userId: person.id, name: person.name };
  });
}

/** The answer of whoever was asked: it stands on the record as a note, and the task is done. */
export async function answerRequest(ctx: RequestContext, input: z.infer<typeof AnswerRequestInput>): Promise<void> {
  requirePermission(ctx, "task:write");
  await withTransaction(ctx, async (ctx) => {
    const { request, row } = await lockMine(ctx, input.taskId);
    await logActivity(ctx, {
      kind: "note",
      direction: "internal",
      subject: `Answer: ${row.title}`.slice(0, 300),
      body: `${request.text}\n\n${input.answer}`,
      opportunityId: row.opportunityId,
    });
    await close(ctx, row.id, { answer: input.answer });
    await emitEvent(ctx, {
      type: "task.answered",
      subject: { type: "task", id: row.id },
      data: { userId: request.requestedBy, opportunityId: row.opportunityId },
    });
  });
}

/** Fixes the time of a demo that was asked for: a scheduled meeting of the deal's owner and of whoever gives it. */
export async function bookDemo(ctx: RequestContext, input: z.infer<typeof BookDemoInput>): Promise<{ taskId: string }> {
  requirePermission(ctx, "task:write");
  return withTransaction(ctx, async (ctx) => {
    const { request, row } = await lockMine(ctx, input.taskId);
    if (request.kind !== "demo") throw new InvalidInputError("This is not about a demo", { taskId: "no demo" });
    const deal = await loadDeal(ctx, row.opportunityId!);
    const { startsAt, durationMinutes, place } = input;
    const { id } = await createTask(ctx, {
      ...{ kind: "meeting", title: `Demo: ${deal.name}`.slice(0, 300), startsAt, durationMinutes, place },
      ...{ ownerId: deal.ownerId, opportunityId: deal.id, source: "demo" },
    });
    await close(ctx, row.id, { answer: `Booked for ${startsAt}${place ? `, ${place}` : ""}`, bookedTaskId: id });
    await emitEvent(ctx, {
      type: "task.booked",
      subject: { type: "task", id: row.id },
      data: { userId: request.requestedBy, opportunityId: deal.id, startsAt },
    });
    return { taskId: id };
  });
}

/** What was asked about a deal, newest first, with the answers. */
export async function listRequests(ctx: RequestContext, input: z.infer<typeof ListRequestsInput>) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ request: taskRequest, title: task.title, dueOn: task.dueOn, ownerId: task.ownerId, name: appUser.name })
      .from(taskRequest)
      .innerJoin(task, and(eq(task.workspaceId, taskRequest.workspaceId), eq(task.id, taskRequest.taskId)))
      .innerJoin(appUser, and(eq(appUser.workspaceId, task.workspaceId), eq(appUser.id, task.ownerId)))
      .where(
        and(
          eq(taskRequest.workspaceId, ctx.workspaceId),
          eq(task.opportunityId, input.opportunityId),
          isNull(task.deletedAt),
        ),
      )
      .orderBy(asc(taskRequest.answeredAt), desc(task.id))
      .limit(50),
  );
}

async function loadDeal(ctx: RequestContext, id: string) {
  const [deal] = await ctx.db
    .select({ id: opportunity.id, name: opportunity.name, ownerId: opportunity.ownerId })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, id), isNull(opportunity.deletedAt)));
  if (!deal) throw new NotFoundError("Opportunity", id);
  return deal;
}

/** Only who may write the deal opens it to somebody else. */
async function shareWith(
  ctx: RequestContext,
  deal: { id: string; ownerId: string },
  person: { id: string; role: Role },
): Promise<void> {
  if (person.id === deal.ownerId || seesAllRecords(person.role)) return;
  const [writable] = await ctx.db
    .select({ id: opportunity.id })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, deal.id)))
    .for("update");
  if (!writable) return;
  const shared = await ctx.db
    .insert(recordShare)
    .values({
      ...{ workspaceId: ctx.workspaceId, recordType: "opportunity", recordId: deal.id, userId: person.id },
      ...{ access: "read", createdBy: requireUser(ctx).userId },
    })
    .onConflictDoNothing()
    .returning({ id: recordShare.id });
  if (shared.length === 0) return;
  await emitEvent(ctx, {
    type: "opportunity.shared",
    subject: { type: "opportunity", id: deal.id },
    data: { userId: person.id, access: "read" },
  });
}

async function lockMine(ctx: RequestContext, taskId: string) {
  const [row] = await ctx.db
    .select()
    .from(task)
    .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, taskId), isNull(task.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Task", taskId);
  const [request] = await ctx.db
    .select()
    .from(taskRequest)
    .where(and(eq(taskRequest.workspaceId, ctx.workspaceId), eq(taskRequest.taskId, taskId)));
  if (!request) throw new ConflictError("Nobody asked for anything with this task");
  if (row.ownerId !== requireUser(ctx).userId) throw new ForbiddenError("Only whoever was asked answers", { taskId });
  if (request.answeredAt) throw new ConflictError("This was answered already");
  return { row, request };
}

async function close(ctx: RequestContext, taskId: string, values: { answer: string; bookedTaskId?: string }) {
  await ctx.db
    .update(taskRequest)
    .set({ ...values, answeredBy: requireUser(ctx).userId, answeredAt: ctx.now() })
    .where(and(eq(taskRequest.workspaceId, ctx.workspaceId), eq(taskRequest.taskId, taskId)));
  await setTaskDone(ctx, { taskId, isDone: true });
}
