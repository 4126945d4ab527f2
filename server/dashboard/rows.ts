import { sql } from "drizzle-orm";
import { z } from "zod";
import type { RequestContext } from "#server/core/context.ts";
import { keyset, PageInput, toPage } from "#server/core/page.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { dealsOf, figureConditions, FIGURES, periodOf } from "./figures.ts";

export const FigureRowsInput = PageInput.extend({
  figure: z.enum(FIGURES),
  scope: z.enum(["mine", "team"]).default("mine"),
  period: z.enum(["month", "quarter", "year"]).default("quarter"),
  ownerId: z.uuid().optional(),
  stageId: z.uuid().optional(),
});

/** The opportunities behind a number of the command center, the largest first. */
export async function listFigureRows(ctx: RequestContext, input: z.infer<typeof FigureRowsInput>) {
  requirePermission(ctx, "opportunity:read");
  const condition = figureConditions(ctx, periodOf(ctx, input.period))[input.figure];
  const expression = sql`coalesce(o.amount_cents, 0)`;
  const { after } = keyset({ expression, type: "bigint", isDescending: true, id: sql`o.id` }, input.cursor);
  return withTransaction(ctx, async (ctx) => {
    const rows = await ctx.db.execute<{
      id: string;
      name: string;
      accountName: string | null;
      ownerName: string;
      stageName: string;
      amountCents: string | null;
      closeDate: string | null;
      nextStep: string | null;
      isAtRisk: boolean | null;
      sortKey: string;
    }>(sql`
      select p.*, a.name as "accountName", u.name as "ownerName", s.name as "stageName" from (
        select o.workspace_id, o.id, o.name, o.account_id, o.owner_id, o.stage_id, o.amount_cents as "amountCents",
          o.close_date::text as "closeDate", o.next_step as "nextStep", h.is_at_risk as "isAtRisk", ${expression}::text as "sortKey"
        from ${dealsOf(ctx, input.scope)} and ${condition} and ${after ?? sql`true`}
          and ${input.ownerId ? sql`o.owner_id = ${input.ownerId}` : sql`true`}
          and ${input.stageId ? sql`o.stage_id = ${input.stageId}` : sql`true`}
        order by ${expression} desc, o.id desc limit ${input.limit + 1}) p
      join app_user u on u.workspace_id = p.workspace_id and u.id = p.owner_id
      join stage s on s.workspace_id = p.workspace_id and s.id = p.stage_id
      left join account a on a.workspace_id = p.workspace_id and a.id = p.account_id
      order by p."sortKey"::bigint desc, p.id desc`);
    const page = toPage([...rows], input.limit);
    return {
      nextCursor: page.nextCursor,
      rows: page.rows.map(
        ({ id, name, accountName, ownerName, stageName, amountCents, closeDate, nextStep, isAtRisk }) => ({
          ...{ id, name, accountName, ownerName, stageName, closeDate, nextStep, isAtRisk: isAtRisk === true },
          amountCents: amountCents === null ? null : Number(amountCents),
        }),
      ),
    };
  });
}
