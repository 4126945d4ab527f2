import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";

export interface HierarchyNode {
  id: string;
  name: string;
  parentId: string | null;
  currency: string;
  /** Of the account alone. */
  openCents: number;
  wonCents: number;
  /** With everything below it. */
  rolledOpenCents: number;
  rolledWonCents: number;
}

const MOST = 300;

/**
 * The whole family of an account as far as the caller may see it, from its topmost parent down, with the opportunities he may see summed up.
 * @returns parents before children, 300 at most @throws NotFoundError
 */
export async function getHierarchy(
  ctx: RequestContext,
  { accountId }: { accountId: string },
): Promise<{ nodes: HierarchyNode[]; isCut: boolean }> {
  requirePermission(ctx, "account:read");
  const rows = await withTransaction(ctx, (ctx) =>
    ctx.db.execute<Omit<HierarchyNode, "rolledOpenCents" | "rolledWonCents"> & Record<string, unknown>>(sql`
      with recursive above as (
        select id, parent_account_id, 0 as height from account
          where workspace_id = ${ctx.workspaceId} and id = ${accountId} and deleted_at is null
        union all select a.id, a.parent_account_id, above.height + 1 from account a join above on a.id = above.parent_account_id
          where a.workspace_id = ${ctx.workspaceId} and a.deleted_at is null and above.height < 20
      ), family as (
        (select id, null::uuid as parent_id, 0 as depth from above order by height desc limit 1)
        union all select a.id, a.parent_account_id, family.depth + 1 from account a join family on a.parent_account_id = family.id
          where a.workspace_id = ${ctx.workspaceId} and a.deleted_at is null and family.depth < 20
      )
      select a.id, a.name, f.parent_id as "parentId", a.currency,
        (coalesce(sum(o.amount_cents) filter (where o.stage_kind = 'open'), 0))::float8 as "openCents",
        (coalesce(sum(o.amount_cents) filter (where o.stage_kind = 'won'), 0))::float8 as "wonCents"
      from family f join account a on a.workspace_id = ${ctx.workspaceId} and a.id = f.id
      left join opportunity o on o.workspace_id = a.workspace_id and o.account_id = a.id and o.deleted_at is null
      group by a.id, a.name, f.parent_id, f.depth, a.currency order by f.depth, a.name limit ${MOST + 1}`),
  );
  if (rows.length === 0) throw new NotFoundError("Account", accountId);
  return { nodes: rollUp(rows.slice(0, MOST)), isCut: rows.length > MOST };
}

type Own = Omit<HierarchyNode, "rolledOpenCents" | "rolledWonCents">;

function rollUp(rows: readonly Own[]): HierarchyNode[] {
  const nodes = rows.map(({ id, name, parentId, currency, openCents, wonCents }) => ({
    ...{ id, name, parentId, currency, openCents, wonCents },
    rolledOpenCents: openCents,
    rolledWonCents: wonCents,
  }));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of [...nodes].reverse()) {
    const parent = node.parentId ? byId.get(node.parentId) : undefined;
    if (!parent) continue;
    parent.rolledOpenCents += node.rolledOpenCents;
    parent.rolledWonCents += node.rolledWonCents;
  }
  return nodes;
}
