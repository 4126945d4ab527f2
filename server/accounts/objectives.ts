import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { accountObjective } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";
import { lockAccount } from "./write-account.ts";

const title = z.string().trim().min(1, "Say what is to be reached").max(300);
export const AddObjectiveInput = z.strictObject({ accountId: z.uuid(), title, dueOn: z.iso.date().nullish() });
export const UpdateObjectiveInput = z.strictObject({
  accountId: z.uuid(),
  objectiveId: z.uuid(),
  version: z.number().int().min(1),
  changes: z.strictObject({ title, dueOn: z.iso.date().nullable(), isDone: z.boolean() }).partial(),
});
export const RemoveObjectiveInput = z.strictObject({ accountId: z.uuid(), objectiveId: z.uuid() });

/** For use inside a transaction that found the account. */
export const listObjectives = (ctx: RequestContext, accountId: string) =>
  ctx.db
    .select()
    .from(accountObjective)
    .where(and(eq(accountObjective.workspaceId, ctx.workspaceId), eq(accountObjective.accountId, accountId)))
    .orderBy(asc(accountObjective.dueOn), asc(accountObjective.id));

/** @throws NotFoundError */
export async function addObjective(
  ctx: RequestContext,
  input: z.infer<typeof AddObjectiveInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "account:write");
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, input.accountId);
    const ownerId = requireUser(ctx).userId;
    await ctx.db.insert(accountObjective).values({ ...input, id, workspaceId: ctx.workspaceId, ownerId });
    await tell(ctx, input.accountId, "account.objective_added", { objectiveId: id, title: input.title });
    return { id };
  });
}

/** @throws NotFoundError; StaleWriteError */
export async function updateObjective(ctx: RequestContext, input: z.infer<typeof UpdateObjectiveInput>): Promise<void> {
  requirePermission(ctx, "account:write");
  const { accountId, objectiveId, version, changes } = input;
  await withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, accountId);
    const [before] = await ctx.db
      .select()
      .from(accountObjective)
      .where(isObjective(ctx, accountId, objectiveId));
    if (!before) throw new NotFoundError("Objective", objectiveId);
    const { isDone, ...fields } = changes;
    const doneAt = isDone ? (before.doneAt ?? ctx.now()) : null;
    const done = await updateVersioned<typeof accountObjective.$inferSelect>(ctx, {
      ...{ table: accountObjective, recordType: "Objective", id: objectiveId, version },
      changes: { ...fields, ...(isDone === undefined ? {} : { doneAt }) },
    });
    if (Object.keys(done.changes).length === 0) return;
    await tell(ctx, accountId, "account.objective_changed", { objectiveId, title: fields.title ?? before.title });
  });
}

/** @throws NotFoundError */
export async function removeObjective(
  ctx: RequestContext,
  { accountId, objectiveId }: z.infer<typeof RemoveObjectiveInput>,
): Promise<void> {
  requirePermission(ctx, "account:write");
  await withTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, accountId);
    const [gone] = await ctx.db
      .delete(accountObjective)
      .where(isObjective(ctx, accountId, objectiveId))
      .returning({ title: accountObjective.title });
    if (!gone) throw new NotFoundError("Objective", objectiveId);
    await tell(ctx, accountId, "account.objective_removed", { objectiveId, title: gone.title });
  });
}

const isObjective = (ctx: RequestContext, accountId: string, id: string) =>
  and(
    eq(accountObjective.workspaceId, ctx.workspaceId),
    eq(accountObjective.accountId, accountId),
    eq(accountObjective.id, id),
  );

const tell = (ctx: RequestContext, id: string, type: `account.${string}`, data: Record<string, unknown>) =>
  emitEvent(ctx, { type, subject: { type: "account", id }, data });
