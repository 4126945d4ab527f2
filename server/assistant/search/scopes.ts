import { sql } from "drizzle-orm";
import type { RequestContext } from "#server/core/context.ts";

/**
 * The scopes whose texts this user may read, and permission to read them for the rest of the transaction: until this was called, the policies of the
 * index show him nothing. Private scopes (coaching) are open to those they name and to administrators, not to everyone who sees all records.
 */
export async function openScopes(ctx: RequestContext): Promise<string[]> {
  const { seesRecords, seesPrivate, principals } = readerOf(ctx);
  const rows = await ctx.db.execute<{ id: string }>(sql`select id from ai_scope where workspace_id = ${ctx.workspaceId}
    and (${seesPrivate}::boolean or (${seesRecords}::boolean and kind = 'record') or principals && ${principals}::text[])`);
  const ids = [...rows].map(({ id }) => id);
  await ctx.db.execute(sql`select set_config('app.scope_ids', ${`{${ids.join(",")}}`}, true)`);
  return ids;
}

function readerOf({ actor }: RequestContext): { seesRecords: boolean; seesPrivate: boolean; principals: string } {
  if (actor.kind === "job") return { seesRecords: true, seesPrivate: true, principals: "{}" };
  const mine = [`user:${actor.userId}`, ...actor.ownerIds.map((id) => `owner:${id}`)];
  return {
    seesRecords: actor.seesAll,
    seesPrivate: actor.role === "admin",
    principals: `{${mine.map((name) => `"${name}"`).join(",")}}`,
  };
}
