import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { judgeHealth, type AccountHealth } from "./health.ts";

interface SignsRow extends Record<string, unknown> {
  id: string;
  last: string | null;
  touches: number;
  before: number;
  people: number;
  open: number;
  loose: number;
}

/** Health and last activity of some accounts, from what this user may see of them. For use inside a transaction. */
export async function loadHealth(
  ctx: RequestContext,
  accountIds: readonly string[],
): Promise<Map<string, AccountHealth & { lastActivityAt: Date | null }>> {
  if (accountIds.length === 0) return new Map();
  const now = ctx.now();
  const ago = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString();
  const links = sql`from activity_link l where l.workspace_id = ${ctx.workspaceId} and l.account_id = a.id and l.occurred_at <= ${ago(0)}`;
  const deals = sql`from opportunity o where o.workspace_id = ${ctx.workspaceId} and o.account_id = a.id and o.stage_kind = 'open' and o.deleted_at is null`;
  const rows = await ctx.db.execute<SignsRow>(sql`
    select a.id,
      (select max(l.occurred_at) ${links}) as last,
      (select count(*)::int ${links} and l.occurred_at > ${ago(30)}) as touches,
      (select count(*)::int ${links} and l.occurred_at > ${ago(60)} and l.occurred_at <= ${ago(30)}) as before,
      (select count(distinct p.contact_id)::int from activity_link l
        join activity_link p on p.workspace_id = l.workspace_id and p.activity_id = l.activity_id and p.contact_id is not null
        where l.workspace_id = ${ctx.workspaceId} and l.account_id = a.id and l.occurred_at > ${ago(90)} and l.occurred_at <= ${ago(0)}) as people,
      (select count(*)::int ${deals}) as open,
      (select count(*)::int ${deals} and (o.next_step is null or o.next_step_due is null or o.next_step_due < ${ago(0).slice(0, 10)})) as loose
    from unnest(${`{${accountIds.join(",")}}`}::uuid[]) as a(id)`);
  return new Map(
    rows.map((row) => {
      const lastActivityAt = row.last === null ? null : new Date(row.last);
      const { touches, before: touchesBefore, people: peopleTouched, open: openDeals, loose: looseDeals } = row;
      const signs = { lastActivityAt, touches, touchesBefore, peopleTouched, openDeals, looseDeals };
      return [row.id, { ...judgeHealth(signs, now), lastActivityAt }];
    }),
  );
}
