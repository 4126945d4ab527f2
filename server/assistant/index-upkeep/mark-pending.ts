import { sql, type SQL } from "drizzle-orm";
import type { IndexedKind } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { INDEXED_KINDS } from "./load-documents.ts";
import { idArray } from "./write-chunks.ts";

/** Marks records as out of date. `workspaceSeq` is the position of the event behind it; a mark made while a batch runs is newer and survives it. */
export async function markRecords(
  ctx: RequestContext,
  kind: IndexedKind,
  ids: readonly string[],
  workspaceSeq: number,
): Promise<void> {
  if (ids.length > 0)
    await mark(ctx, [sql`select ${kind}::text as kind, id from unnest(${idArray(ids)}) as id`], workspaceSeq);
}

/** Marks every record of the workspace: for a new version of the index, or one that was lost. */
export async function markEverything(ctx: RequestContext): Promise<void> {
  const legs = INDEXED_KINDS.map(
    (kind) =>
      sql`select ${kind}::text as kind, id from ${sql.identifier(kind)} where workspace_id = ${ctx.workspaceId}`,
  );
  // What is in the index and nowhere else must go.
  legs.push(sql`select source_kind as kind, source_id as id from ai_document where workspace_id = ${ctx.workspaceId}`);
  await mark(ctx, legs, 0);
}

/**
 * Marks what hangs on records whose readers, name or account have changed: texts and tasks take their readers from them, cards name them. A deal's owner is a
 * reader of its account, so the account is looked at again, and if its readers changed too, what hangs on it follows in the next batch.
 */
export async function markDependents(
  ctx: RequestContext,
  changed: { accounts: readonly string[]; deals: readonly string[]; contacts: readonly string[] },
  workspaceSeq: number,
): Promise<void> {
  const { accounts, deals, contacts } = changed;
  const legs: SQL[] = [];
  if (accounts.length > 0) {
    const ids = idArray(accounts);
    legs.push(
      ...linked(ctx, "account_id", ids),
      sql`select 'account' as kind, id from account where workspace_id = ${ctx.workspaceId} and parent_account_id = any(${ids})`,
      sql`select 'opportunity' as kind, id from opportunity where workspace_id = ${ctx.workspaceId} and account_id = any(${ids})`,
      sql`select 'contact' as kind, id from contact where workspace_id = ${ctx.workspaceId} and account_id = any(${ids})`,
      sql`select 'room' as kind, id from room where workspace_id = ${ctx.workspaceId} and subject_id = any(${ids})`,
      sql`select 'coaching_item' as kind, id from coaching_item where workspace_id = ${ctx.workspaceId} and account_id = any(${ids})`,
    );
  }
  if (deals.length > 0) {
    const ids = idArray(deals);
    legs.push(
      ...linked(ctx, "opportunity_id", ids),
      sql`select 'account' as kind, account_id as id from opportunity where workspace_id = ${ctx.workspaceId} and id = any(${ids})`,
      sql`select 'room' as kind, id from room where workspace_id = ${ctx.workspaceId} and subject_id = any(${ids})`,
      sql`select 'coaching_item' as kind, id from coaching_item where workspace_id = ${ctx.workspaceId} and opportunity_id = any(${ids})`,
    );
  }
  if (contacts.length > 0) {
    const ids = idArray(contacts);
    legs.push(
      ...linked(ctx, "contact_id", ids),
      sql`select 'opportunity' as kind, opportunity_id as id from opportunity_contact where workspace_id = ${ctx.workspaceId} and contact_id = any(${ids})`,
    );
  }
  await mark(ctx, legs, workspaceSeq);
}

/** The activities and tasks of records. `column` is one of our own names. */
function linked(ctx: RequestContext, column: "account_id" | "contact_id" | "opportunity_id", ids: SQL): SQL[] {
  const name = sql.identifier(column);
  return [
    sql`select 'activity' as kind, activity_id as id from activity_link where workspace_id = ${ctx.workspaceId} and ${name} = any(${ids})`,
    sql`select 'task' as kind, id from task where workspace_id = ${ctx.workspaceId} and ${name} = any(${ids})`,
  ];
}

async function mark(ctx: RequestContext, legs: readonly SQL[], workspaceSeq: number): Promise<void> {
  if (legs.length === 0) return;
  await ctx.db.execute(sql`insert into ai_pending (workspace_id, source_kind, source_id, workspace_seq, marked_at)
    select distinct ${ctx.workspaceId}::uuid, kind, id, ${workspaceSeq}::bigint, ${ctx.now().toISOString()}::timestamptz
    from (${sql.join([...legs], sql` union all `)}) as found where id is not null
    on conflict (workspace_id, source_kind, source_id) do update
      set workspace_seq = greatest(ai_pending.workspace_seq, excluded.workspace_seq), attempts = 0,
          -- The first mark keeps its place in the queue: a record that is touched all the time must not wait for ever.
          marked_at = least(ai_pending.marked_at, excluded.marked_at)`);
}
