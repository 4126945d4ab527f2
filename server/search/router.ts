import { sql } from "drizzle-orm";
import { z } from "zod";
import { likePattern } from "#server/core/like-pattern.ts";
import { withTransaction } from "#server/core/transaction.ts";
import type { RequestContext } from "#server/core/context.ts";
import { procedure, router } from "#server/trpc/init.ts";

const FindInput = z.strictObject({ query: z.string().trim().min(2).max(100) });

export interface FoundRecord {
  type: "account" | "contact" | "opportunity" | "lead";
  id: string;
  name: string;
  detail: string | null;
}

/** Records by name for the command palette: those that start with the text first, eight of a kind at most. */
async function findRecords(ctx: RequestContext, { query }: z.infer<typeof FindInput>): Promise<FoundRecord[]> {
  const pattern = likePattern(query);
  const prefix = pattern.slice(1);
  return withTransaction(ctx, (ctx) =>
    ctx.db.execute<FoundRecord & Record<string, unknown>>(sql`
      (select 'opportunity' as type, o.id, o.name, s.name as detail from opportunity o
        join stage s on s.workspace_id = o.workspace_id and s.id = o.stage_id
        where o.workspace_id = ${ctx.workspaceId} and o.deleted_at is null and o.name ilike ${pattern}
        order by o.stage_kind = 'open' desc, o.name ilike ${prefix} desc, o.name limit 8)
      union all
      (select 'account', a.id, a.name, a.industry from account a
        where a.workspace_id = ${ctx.workspaceId} and a.deleted_at is null and a.name ilike ${pattern}
        order by a.name ilike ${prefix} desc, a.name limit 8)
      union all
      (select 'contact', c.id, trim(c.first_name || ' ' || c.last_name), coalesce(c.title, c.email) from contact c
        where c.workspace_id = ${ctx.workspaceId} and c.deleted_at is null
          and (c.first_name || ' ' || c.last_name ilike ${pattern} or c.email ilike ${pattern})
        order by c.last_name limit 8)
      union all
      (select 'lead', l.id, trim(l.first_name || ' ' || l.last_name), nullif(l.company, '') from lead l
        where l.workspace_id = ${ctx.workspaceId} and l.deleted_at is null and l.status <> 'converted'
          and (l.first_name || ' ' || l.last_name ilike ${pattern} or l.company ilike ${pattern} or l.email ilike ${pattern})
        order by l.last_name limit 8)`),
  );
}

export const searchRouter = router({
  find: procedure("account:read")
    .input(FindInput)
    .query(({ ctx, input }) => findRecords(ctx, input)),
});
