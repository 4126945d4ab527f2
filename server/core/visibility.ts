import { sql, type SQL } from "drizzle-orm";
import type { RequestContext } from "./context.ts";
import { withTransaction } from "./transaction.ts";

export interface RecordRef {
  type: string;
  id: string;
}
export const refKey = ({ type, id }: RecordRef): string => `${type}:${id}`;

/** Record types by the table whose row-level security decides; `deleted` says whether rows of it can be soft-deleted. */
const TABLES: Record<string, { table: string; deletable: boolean }> = {
  account: { table: "account", deletable: true },
  contact: { table: "contact", deletable: true },
  opportunity: { table: "opportunity", deletable: true },
  lead: { table: "lead", deletable: true },
  activity: { table: "activity", deletable: true },
  task: { table: "task", deletable: true },
  room: { table: "room", deletable: false },
  coaching_item: { table: "coaching_item", deletable: false },
  review: { table: "review", deletable: false },
  comment: { table: "room_comment", deletable: false },
  import_run: { table: "import_run", deletable: false },
  notification: { table: "notification", deletable: false },
};

/**
 * Which of the records this user may open, asked of the same policies that guard the screens.
 * @returns keys as `refKey` makes them; a type that no table stands behind is visible to those who see everything.
 */
export async function listVisible(
  ctx: RequestContext,
  refs: RecordRef[],
  { includeDeleted = false } = {},
): Promise<Set<string>> {
  const idsOf = new Map<string, Set<string>>();
  const visible = new Set<string>();
  for (const ref of refs) {
    if (TABLES[ref.type]) idsOf.set(ref.type, (idsOf.get(ref.type) ?? new Set()).add(ref.id));
    else if (ctx.actor.kind === "job" || ctx.actor.seesAll || (ref.type === "user" && ref.id === ctx.actor.userId))
      visible.add(refKey(ref));
    else if (ref.type === "team" || ref.type === "workspace") visible.add(refKey(ref));
  }
  if (idsOf.size === 0) return visible;

  const legs: SQL[] = [...idsOf].map(([type, ids]) => {
    const { table, deletable } = TABLES[type]!;
    const alive = deletable && !includeDeleted ? sql` and deleted_at is null` : sql``;
    return sql`select ${type}::text as type, id::text as id from ${sql.identifier(table)}
      where workspace_id = ${ctx.workspaceId} and id = any(${`{${[...ids].join(",")}}`}::uuid[])${alive}`;
  });
  const rows = await withTransaction(ctx, (ctx) =>
    ctx.db.execute<{ type: string; id: string }>(sql.join(legs, sql` union all `)),
  );
  for (const row of rows) visible.add(refKey(row));
  return visible;
}
