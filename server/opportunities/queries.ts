import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { account, appUser, opportunity, product, stage } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { COUNT_CAP, keyset, PageInput, toPage, type KeysetOrder } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { filterOf, OpportunityFilters } from "./filters.ts";
import { brokenQualitySql, isStalledSql } from "./signals-sql.ts";

export const ListOpportunitiesInput = PageInput.extend({
  ...OpportunityFilters.shape,
  sort: z.enum(["closeDate", "amount", "name"]).default("closeDate"),
  isDescending: z.boolean().default(false),
  /** Number and sums over all pages, with the first one. */
  withSummary: z.boolean().default(true),
});
type ListInput = z.infer<typeof ListOpportunitiesInput>;

const orders: Record<ListInput["sort"], Pick<KeysetOrder, "expression" | "type">> = {
  closeDate: { expression: sql`coalesce(${opportunity.closeDate}, date '9999-12-31')`, type: "date" },
  amount: { expression: sql`coalesce(${opportunity.amountCents}, 0)`, type: "bigint" },
  name: { expression: sql`lower(${opportunity.name})`, type: "text" },
};

/** One page of the opportunities the caller may see; the first page also tells their number and sum. */
export async function listOpportunities(ctx: RequestContext, input: ListInput) {
  requirePermission(ctx, "opportunity:read");
  const order: KeysetOrder = { ...orders[input.sort], isDescending: input.isDescending, id: sql`${opportunity.id}` };
  const { after, orderBy } = keyset(order, input.cursor);
  const {
    cursor,
    limit,
    sort: _sort,
    isDescending: _isDescending,
    direction: _direction,
    withSummary,
    ...filters
  } = input;
  const now = ctx.now();
  return withTransaction(ctx, async (ctx) => {
    const filter = await filterOf(ctx, filters);
    const rows = await ctx.db
      .select({
        id: opportunity.id,
        name: opportunity.name,
        version: opportunity.version,
        accountId: opportunity.accountId,
        accountName: account.name,
        ownerId: opportunity.ownerId,
        ownerName: appUser.name,
        stageId: opportunity.stageId,
        stageName: stage.name,
        stageKind: opportunity.stageKind,
        amountCents: opportunity.amountCents,
        currency: opportunity.currency,
        closeDate: opportunity.closeDate,
        probability: opportunity.probability,
        forecastCategory: opportunity.forecastCategory,
        nextStep: opportunity.nextStep,
        nextStepDue: opportunity.nextStepDue,
        lastActivityAt: opportunity.lastActivityAt,
        stageEnteredAt: opportunity.stageEnteredAt,
        isStalled: isStalledSql(now),
        brokenQuality: brokenQualitySql(now),
        sortKey: sql<string>`(${order.expression})::text`,
      })
      .from(opportunity)
      .innerJoin(stage, and(eq(stage.workspaceId, opportunity.workspaceId), eq(stage.id, opportunity.stageId)))
      .leftJoin(account, and(eq(account.workspaceId, opportunity.workspaceId), eq(account.id, opportunity.accountId)))
      .leftJoin(appUser, and(eq(appUser.workspaceId, opportunity.workspaceId), eq(appUser.id, opportunity.ownerId)))
      .where(and(filter, after))
      .orderBy(...orderBy)
      .limit(limit + 1);
    const summary = cursor || !withSummary ? null : await summarise(ctx, filter);
    return { ...toPage(rows, limit), summary };
  });
}

async function summarise(ctx: RequestContext, filter: SQL | undefined) {
  const capped = ctx.db
    .select({ one: sql`1` })
    .from(opportunity)
    .where(filter)
    .limit(COUNT_CAP + 1)
    .as("capped");
  const [counted] = await ctx.db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(capped);
  const [sums] = await ctx.db
    .select({
      amountCents: sql<number>`coalesce(sum(${opportunity.amountCents}), 0)`.mapWith(Number),
      weightedCents:
        sql<number>`coalesce(round(sum(${opportunity.amountCents} * ${opportunity.probability}::numeric)), 0)`.mapWith(
          Number,
        ),
    })
    .from(opportunity)
    .where(filter);
  return { count: counted?.count ?? 0, amountCents: sums?.amountCents ?? 0, weightedCents: sums?.weightedCents ?? 0 };
}

/** The opportunity's fields with the names its ids stand for. @throws NotFoundError */
export async function getOpportunity(ctx: RequestContext, { opportunityId }: { opportunityId: string }) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select({
        opportunity,
        accountName: account.name,
        ownerName: appUser.name,
        productName: product.name,
        stageName: stage.name,
        idleDays: stage.idleDays,
      })
      .from(opportunity)
      .innerJoin(stage, and(eq(stage.workspaceId, opportunity.workspaceId), eq(stage.id, opportunity.stageId)))
      .leftJoin(account, and(eq(account.workspaceId, opportunity.workspaceId), eq(account.id, opportunity.accountId)))
      .leftJoin(appUser, and(eq(appUser.workspaceId, opportunity.workspaceId), eq(appUser.id, opportunity.ownerId)))
      .leftJoin(product, and(eq(product.workspaceId, opportunity.workspaceId), eq(product.id, opportunity.productId)))
      .where(
        and(
          eq(opportunity.workspaceId, ctx.workspaceId),
          eq(opportunity.id, opportunityId),
          isNull(opportunity.deletedAt),
        ),
      );
    if (!row) throw new NotFoundError("Opportunity", opportunityId);
    const { opportunity: fields, ...names } = row;
    return { ...fields, ...names };
  });
}
