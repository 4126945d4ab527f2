import type postgres from "postgres";
import type { Contents } from "./format.ts";

/** Either the client itself or an open transaction. */
export type Sql = postgres.Sql | postgres.TransactionSql;

export interface Table {
  /** Schema and name, quoted where SQL asks for it. */
  name: string;
  columns: { name: string; type: string }[];
  /** Bytes, with what is stored out of line. */
  bytes: number;
  /** Blocks of 8 kB of the table itself. */
  blocks: number;
  /** Rows that are worth keeping; others are left out. */
  condition: string;
}

/** Every table of ours, and of the job queue its queues and the jobs that are not finished. */
export async function listTables(sql: Sql): Promise<Table[]> {
  const rows = await sql<(Omit<Table, "columns" | "condition"> & { columns: string })[]>`
    select format('%I.%I', n.nspname, c.relname) as name, pg_table_size(c.oid) as bytes,
      pg_relation_size(c.oid) / current_setting('block_size')::int as blocks,
      (select json_agg(json_build_object('name', quote_ident(attname), 'type', format_type(atttypid, atttypmod)) order by attnum)
        from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '')::text as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where (n.nspname = 'public' and c.relkind = 'r') or (n.nspname = 'pgboss' and c.relname in ('queue', 'job'))
    order by n.nspname desc, c.relname = 'job', c.relname`;
  return rows.map(({ columns, ...table }) => ({
    ...table,
    columns: JSON.parse(columns) as Table["columns"],
    condition: table.name === jobTable ? "state in ('created', 'retry', 'active')" : "true",
  }));
}

export const queueTable = "pgboss.queue";
export const jobTable = "pgboss.job";

export async function listSequences(sql: Sql): Promise<{ name: string; lastValue: number; isCalled: boolean }[]> {
  const names = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname = 'public'`;
  const sequences = [];
  for (const { name } of names) {
    const [row] = await sql.unsafe<{ lastValue: number; isCalled: boolean }[]>(
      `select last_value as "lastValue", is_called as "isCalled" from ${name}`,
    );
    if (row) sequences.push({ name, ...row });
  }
  return sequences;
}

export async function readContents(sql: Sql, tables: readonly Table[]): Promise<Contents> {
  const counts: Contents["counts"] = {};
  for (const { name, condition } of tables) {
    const [row] = await sql.unsafe<{ count: number }[]>(`select count(*) from ${name} where ${condition}`);
    counts[name] = row?.count ?? 0;
  }
  const heads = await sql<{ workspace: string; seq: number; hash: string }[]>`
    select distinct on (workspace_id) workspace_id as workspace, workspace_seq as seq, hash
    from event_log order by workspace_id, workspace_seq desc`;
  return { counts, chainHeads: Object.fromEntries(heads.map(({ workspace, seq, hash }) => [workspace, [seq, hash]])) };
}
