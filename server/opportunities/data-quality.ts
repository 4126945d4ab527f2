import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { breaksQualitySql, QUALITY_RULES, type QualityRule } from "./signals-sql.ts";

/** How many open deals of each owner break each of the data-quality rules, most first. */
export async function getDataQuality(ctx: RequestContext) {
  requirePermission(ctx, "opportunity:read");
  return withTransaction(ctx, async (ctx) => {
    const counts = QUALITY_RULES.map(
      (rule) => sql`count(*) filter (where ${breaksQualitySql(rule, ctx.now())})::int as ${sql.identifier(rule)}`,
    );
    const rows = await ctx.db.execute<
      Record<QualityRule, number> & { owner_id: string; owner_name: string; open: number }
    >(sql`
      select opportunity.owner_id, u.name as owner_name, count(*)::int as open, ${sql.join(counts, sql`, `)}
      from opportunity join app_user u on u.workspace_id = opportunity.workspace_id and u.id = opportunity.owner_id
      where opportunity.workspace_id = ${ctx.workspaceId} and opportunity.deleted_at is null and opportunity.stage_kind = 'open'
      group by opportunity.owner_id, u.name order by u.name limit 500`);
    return rows.map(({ owner_id: ownerId, owner_name: ownerName, open, ...broken }) => ({
      ownerId,
      ownerName,
      open,
      broken: Object.fromEntries(QUALITY_RULES.map((rule) => [rule, broken[rule]])) as Record<QualityRule, number>,
    }));
  });
}
