import { sql } from "drizzle-orm";
import type { RuleRecord } from "#ai/next-best-action/rank.ts";
import type { RequestContext } from "#server/core/context.ts";

/** What the ranking compares a deal with; the same for all deals of a workspace. */
export interface Norms {
  records: Map<string, RuleRecord>;
  typicalAmountCents: number;
}

/** For use inside a job's transaction: a person would only see the part of the workspace that is open to him. */
export const loadNorms = async (ctx: RequestContext): Promise<Norms> => ({
  records: await loadRuleRecords(ctx),
  typicalAmountCents: await loadTypicalAmount(ctx),
});

/** What people did with each rule's suggestions so far, over the whole workspace. */
async function loadRuleRecords(ctx: RequestContext): Promise<Map<string, RuleRecord>> {
  const rows = await ctx.db.execute<{ rule: string; accepted: number; dismissed: number }>(sql`select rule,
      count(*) filter (where state = 'accepted')::int as accepted, count(*) filter (where state = 'dismissed')::int as dismissed
    from ai_suggestion where workspace_id = ${ctx.workspaceId} and state in ('accepted', 'dismissed') group by rule`);
  return new Map(
    [...rows].map(({ rule, accepted, dismissed }) => [
      rule,
      { accepted: Number(accepted), dismissed: Number(dismissed) },
    ]),
  );
}

async function loadTypicalAmount(ctx: RequestContext): Promise<number> {
  const [row] = await ctx.db.execute<{
    median: number | null;
  }>(sql`select percentile_cont(0.5) within group (order by amount_cents) as median
    from opportunity where workspace_id = ${ctx.workspaceId} and stage_kind = 'open' and amount_cents is not null and deleted_at is null`);
  return Math.round(Number(row?.median ?? 1_000_000));
}
