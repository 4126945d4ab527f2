import { and, eq, ilike, isNull, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { account, appUser, opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { COUNT_CAP, keyset, PageInput, toPage, type KeysetOrder } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { likePattern } from "#server/core/like-pattern.ts";

export const ListAccountsInput = PageInput.extend({
  query: z.string().trim().max(200).optional(),
  ownerId: z.uuid().optional(),
  industry: z.string().max(100).optional(),
  sort: z.enum(["name", "updatedAt"]).default("name"),
  isDescending: z.boolean().default(false),
});

const orders: Record<z.infer<typeof ListAccountsInput>["sort"], Pick<KeysetOrder, "expression" | "type">> = {
  name: { expression: sql`lower(${account.name})`, type: "text" },
  updatedAt: { expression: sql`${account.updatedAt}`, type: "timestamptz" },
};

/** One page of the accounts the caller may see, with their open pipeline. */
export async function listAccounts(ctx: RequestContext, input: z.infer<typeof ListAccountsInput>) {
  requirePermission(ctx, "account:read");
  const order: KeysetOrder = { ...orders[input.sort], isDescending: input.isDescending, id: sql`${account.id}` };
  const { after, orderBy } = keyset(order, input.cursor);
  const filter = and(
    eq(account.workspaceId, ctx.workspaceId),
    isNull(account.deletedAt),
    input.query ? ilike(account.name, likePattern(input.query)) : undefined,
    input.ownerId ? eq(account.ownerId, input.ownerId) : undefined,
    input.industry ? eq(account.industry, input.industry) : undefined,
  );
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db
      .select({
        id: account.id,
        name: account.name,
        industry: account.industry,
        country: account.country,
        employees: account.employees,
        currency: account.currency,
        ownerId: account.ownerId,
        ownerName: appUser.name,
        openCount: openPipeline(sql`count(*)`).mapWith(Number),
        openAmountCents: openPipeline(sql`coalesce(sum(o.amount_cents), 0)`).mapWith(Number),
        updatedAt: account.updatedAt,
        sortKey: sql<string>`(${order.expression})::text`,
      })
      .from(account)
      .leftJoin(appUser, and(eq(appUser.workspaceId, account.workspaceId), eq(appUser.id, account.ownerId)))
      .where(and(filter, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1);
    return { ...toPage(rows, input.limit), count: input.cursor ? null : await cappedCount(ctx, filter) };
  });
}

const openPipeline = (aggregate: SQL) =>
  sql<number>`(select ${aggregate} from ${opportunity} o where o.workspace_id = ${account.workspaceId}
    and o.account_id = ${account.id} and o.stage_kind = 'open' and o.deleted_at is null)`;

async function cappedCount(ctx: RequestContext, filter: SQL | undefined): Promise<number> {
  const capped = ctx.db
    .select({ one: sql`1` })
    .from(account)
    .where(filter)
    .limit(COUNT_CAP + 1)
    .as("capped");
  const [row] = await ctx.db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(capped);
  return row?.count ?? 0;
}

/** The account with its owner, parent and children. @throws NotFoundError */
export async function getAccount(ctx: RequestContext, { accountId }: { accountId: string }) {
  requirePermission(ctx, "account:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({ account, ownerName: appUser.name })
      .from(account)
      .leftJoin(appUser, and(eq(appUser.workspaceId, account.workspaceId), eq(appUser.id, account.ownerId)))
      .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, accountId), isNull(account.deletedAt)));
    if (!row) throw new NotFoundError("Account", accountId);
    const related = await ctx.db
      .select({ id: account.id, name: account.name, parentAccountId: account.parentAccountId })
      .from(account)
      .where(
        and(
          eq(account.workspaceId, ctx.workspaceId),
          isNull(account.deletedAt),
          sql`(${account.parentAccountId} = ${accountId} or ${account.id} = ${row.account.parentAccountId})`,
        ),
      )
      .orderBy(account.name)
      .limit(101);
    return {
      ...row.account,
      ownerName: row.ownerName,
      parent: related.find(({ id }) => id === row.account.parentAccountId) ?? null,
      children: related.filter(({ parentAccountId }) => parentAccountId === accountId),
    };
  });
}
