import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { account, ACCOUNT_TIERS } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ForbiddenError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateVersioned } from "#server/core/versioned.ts";

const text = (max: number) => z.string().trim().max(max);
const AccountFields = z.strictObject({
  name: text(200).min(1, "An account needs a name"),
  domain: text(253).nullish(),
  industry: text(100).nullish(),
  country: text(100).nullish(),
  city: text(100).nullish(),
  phone: text(50).nullish(),
  employees: z.number().int().min(0).max(100_000_000).nullish(),
  yearEstablished: z.number().int().min(1000).max(2200).nullish(),
  annualRevenueCents: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  description: text(20_000).nullish(),
  parentAccountId: z.uuid().nullish(),
  ownerId: z.uuid().nullish(),
  tier: z.enum(ACCOUNT_TIERS).nullish(),
  goals: text(5_000).nullish(),
  whitespace: text(5_000).nullish(),
  competitors: text(5_000).nullish(),
  planReviewOn: z.iso.date().nullish(),
});

export const CreateAccountInput = AccountFields;
export const UpdateAccountInput = z.strictObject({
  accountId: z.uuid(),
  version: z.number().int().min(1),
  changes: AccountFields.partial(),
});

/** @throws NotFoundError when the parent is not there for this user; ForbiddenError when it would belong to a stranger. */
export async function createAccount(
  ctx: RequestContext,
  input: z.infer<typeof CreateAccountInput>,
): Promise<{ id: string }> {
  requirePermission(ctx, "account:write");
  const ownerId = input.ownerId ?? (ctx.actor.kind === "user" ? ctx.actor.userId : null);
  requireOwnTeam(ctx, ownerId);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    if (input.parentAccountId) await requireAccount(ctx, input.parentAccountId);
    await ctx.db.insert(account).values({ ...input, id, workspaceId: ctx.workspaceId, ownerId });
    await emitEvent(ctx, { type: "account.created", subject: { type: "account", id }, data: { name: input.name } });
    return { id };
  });
}

/** @throws NotFoundError; StaleWriteError; InvalidInputError when the parent would make a circle. */
export async function updateAccount(ctx: RequestContext, input: z.infer<typeof UpdateAccountInput>): Promise<void> {
  requirePermission(ctx, "account:write");
  const { accountId: id, version, changes } = input;
  if (changes.ownerId !== undefined) requireOwnTeam(ctx, changes.ownerId);
  await withTransaction(ctx, async (ctx) => {
    if (changes.parentAccountId) await requireNoCircle(ctx, id, changes.parentAccountId);
    const done = await updateVersioned<typeof account.$inferSelect>(ctx, {
      table: account,
      recordType: "Account",
      id,
      version,
      changes,
    });
    if (Object.keys(done.changes).length === 0) return;
    await emitEvent(ctx, { type: "account.updated", subject: { type: "account", id }, changes: done.changes });
  });
}

/** A record may be given only to somebody whose records the giver sees: himself or his team. */
export function requireOwnTeam(ctx: RequestContext, ownerId: string | null | undefined): void {
  if (ctx.actor.kind === "job" || !ownerId) return;
  const { seesAll, ownerIds } = requireUser(ctx);
  if (!seesAll && !ownerIds.includes(ownerId))
    throw new ForbiddenError("You may give this only to yourself or your team", { field: "ownerId" });
}

/** Locks the account for somebody who may change it. @throws NotFoundError, also when he may only read it */
export async function lockAccount(ctx: RequestContext, id: string): Promise<typeof account.$inferSelect> {
  const [row] = await ctx.db
    .select()
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)))
    .for("update");
  if (!row) throw new NotFoundError("Account", id);
  return row;
}

async function requireAccount(ctx: RequestContext, id: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, id), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", id);
}

async function requireNoCircle(ctx: RequestContext, id: string, parentId: string): Promise<void> {
  await requireAccount(ctx, parentId);
  const ancestors = await ctx.db.execute<{ id: string }>(sql`
    with recursive above as (
      select id, parent_account_id from account where workspace_id = ${ctx.workspaceId} and id = ${parentId}
      union select a.id, a.parent_account_id from account a join above on a.id = above.parent_account_id
      where a.workspace_id = ${ctx.workspaceId}
    ) select id from above`);
  if (ancestors.some((ancestor) => ancestor.id === id)) {
    throw new InvalidInputError(
      "An account cannot stand above itself",
      { parentAccountId: "circle" },
      "account.hierarchy",
    );
  }
}
