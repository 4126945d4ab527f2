import { getTableColumns, getTableName, sql, type InferInsertModel } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database } from "./client.ts";

/**
 * Inserts many rows as one parameter, several times faster than a list of thousands of them. What no row names gets its
 * default; what only some name is null in the others. Binary columns are not for this.
 */
export async function insertRows<Table extends PgTable>(
  db: Database,
  table: Table,
  rows: readonly InferInsertModel<Table>[],
): Promise<void> {
  if (rows.length === 0) return;
  const named = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = Object.entries(getTableColumns(table)).filter(([key, { defaultFn }]) => named.has(key) || defaultFn);
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const shape = columns.map(([, column]) => sql`${sql.identifier(column.name)} ${typeOf(column.getSQLType())}`);
  const values = rows.map((row) =>
    Object.fromEntries(
      columns.map(([key, { name, defaultFn }]) => [name, row[key as keyof typeof row] ?? defaultFn?.()]),
    ),
  );
  await db.execute(sql`
    insert into ${sql.identifier(getTableName(table))} (${names})
    select ${names} from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as rows (${sql.join(shape, sql`, `)})`);
}

// A type's name out of the schema's source; there is no other way to say it than as text.
// eslint-disable-next-line no-restricted-properties
const typeOf = (name: string) => sql.raw(name);
