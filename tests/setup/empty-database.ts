import type postgres from "postgres";

/** Makes a database that another test file used like new: no rows, sequences at their start, no schemas beside ours. */
export async function emptyDatabase(sql: postgres.Sql): Promise<void> {
  await sql`drop schema if exists pgboss cascade`;
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`;
  const checks = tables.map(({ name }) => `select '${name}' as name where exists (select from ${name})`);
  const filled = await sql.unsafe<{ name: string }[]>(checks.join(" union all "));
  if (filled.length === 0) return;
  await sql.unsafe(`truncate ${filled.map(({ name }) => name).join(", ")} restart identity cascade`);
}
