import { and, eq, ilike, isNull, lt, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { account, ACCOUNT_TIERS, appUser, opportunity } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { COUNT_CAP, keyset, PageInput, toPage, type KeysetOrder } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { likePattern } from "#server/core/like-pattern.ts";
import { loadHealth } from "./load-health.ts";
import { listObjectives } from "./objectives.ts";
import { listTeam } from "./team.ts";

export const ListAccountsInput = PageInput.extend({
  query: z.string().trim().max(200).optional(),
  ownerId: z.uuid().optional(),
  industry: z.string().max(100).optional(),
  tier: z.enum(ACCOUNT_TIERS).optional(),
  /** Only accounts with open opportunities of at least this much together, of those the caller may see. */
  minOpenCents: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Only accounts whose plan should have been looked at before today. */
  hasOverduePlan: z.boolean().optional(),
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
    input.tier ? eq(account.tier, input.tier) : undefined,
    input.hasOverduePlan ? lt(account.planReviewOn, today(ctx)) : undefined,
    input.minOpenCents
      ? sql`${account.id} in (select o.account_id from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.stage_kind = 'open'
          and o.deleted_at is null and o.account_id is not null group by o.account_id having sum(o.amount_cents) >= ${input.minOpenCents})`
      : undefined,
  );
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db
      .select({
        id: account.id,
        name: account.name,
        industry: account.industry,
        country: account.country,
        tier: account.tier,
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
    const page = toPage(rows, input.limit);
    const health = await loadHealth(
      ctx,
      page.rows.map(({ id }) => id),
    );
    return {
      ...page,
      rows: page.rows.map((row) => {
        const { score, engagement, lastActivityAt } = health.get(row.id)!;
        return { ...row, health: score, engagement, lastActivityAt };
      }),
      count: input.cursor ? null : await cappedCount(ctx, filter),
    };
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

const today = (ctx: RequestContext): string => ctx.now().toISOString().slice(0, 10);

/** For use inside a transaction. @throws NotFoundError when the caller may not read it */
export async function requireReadable(ctx: RequestContext, accountId: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), eq(account.id, accountId), isNull(account.deletedAt)));
  if (!row) throw new NotFoundError("Account", accountId);
}

/** The account with its owner, parent and children, its team, its plan and its health with the factors behind it. @throws NotFoundError */
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
    const { planReviewOn } = row.account;
    return {
      ...row.account,
      health: (await loadHealth(ctx, [accountId])).get(accountId)!,
      team: await listTeam(ctx, accountId),
      objectives: await listObjectives(ctx, accountId),
      isPlanOverdue: planReviewOn !== null && planReviewOn < today(ctx),
      ownerName: row.ownerName,
      parent: related.find(({ id }) => id === row.account.parentAccountId) ?? null,
      children: related.filter(({ parentAccountId }) => parentAccountId === accountId),
    };
  });
}
