import { sql } from "drizzle-orm";
import { z } from "zod";
import type { RequestContext } from "#server/core/context.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export const TouchpointsInput = z.strictObject({ opportunityId: z.uuid() });

/** Completed contacts with the customer on a deal in each of the last four weeks of seven days, this one first. */
export async function countTouchpoints(ctx: RequestContext, { opportunityId }: z.infer<typeof TouchpointsInput>) {
  requirePermission(ctx, "opportunity:read");
  const now = ctx.now().toISOString();
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{ week: number; count: string }>(sql`
      select floor(extract(epoch from ${now}::timestamptz - l.occurred_at) / 604800)::int as week, count(*) as count
      from activity_link l join activity a on a.workspace_id = l.workspace_id and a.id = l.activity_id
      where l.workspace_id = ${ctx.workspaceId} and l.opportunity_id = ${opportunityId} and a.deleted_at is null
        and l.occurred_at > ${now}::timestamptz - interval '28 days' and l.occurred_at <= ${now}::timestamptz
        and a.kind <> 'note' and a.direction <> 'internal' and (a.outcome is not null or not a.is_auto_logged)
      group by 1`);
    return { weeks: [0, 1, 2, 3].map((week) => Number(rows.find((row) => Number(row.week) === week)?.count ?? 0)) };
  });
}
