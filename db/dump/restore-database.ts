import { isDeepStrictEqual } from "node:util";
import type postgres from "postgres";
import type { DatabaseHandle } from "../client.ts";
import { migrateToCurrent, migrateUpTo } from "../migrate.ts";
import { jobTable, listTables, queueTable, readContents, type Table } from "./catalog.ts";
import type { Contents, DumpHeader, DumpTrailer } from "./format.ts";
import { liftProtection } from "./protection.ts";
import { createQueueTables, insertQueues } from "./queue-tables.ts";
import { readDump } from "./read-dump.ts";

/**
 * Fills an empty database with a dump: brings the schema to the dump's version, loads, compares what arrived with what
 * the dump says it holds, and migrates to this version. All rows arrive or none.
 * `handle` is the embedded database, or PostgreSQL with the owner's login.
 * @throws Error if the database is not empty, or the dump is not whole or was made by a newer version
 */
export async function restoreDatabase(handle: DatabaseHandle, file: string): Promise<Contents> {
  const { migrations, tables } = await readHeader(file);
  const contents = await handle.withoutTimeLimit(async () => {
    await migrateUpTo(handle.sql, migrations);
    if (tables.includes(queueTable)) await createQueueTables(handle.sql);
    return handle.sql.begin((tx) => load(tx, file));
  });
  await handle.withoutTimeLimit(() => migrateToCurrent(handle.sql));
  await handle.sql`analyze`;
  return contents;
}

async function load(tx: postgres.TransactionSql, file: string): Promise<Contents> {
  const tables = new Map((await listTables(tx)).map((table) => [table.name, table]));
  const restoreProtection = await liftProtection(tx);
  await requireEmpty(tx);
  const ours = [...tables.keys()].filter((name) => name !== queueTable && name !== jobTable);
  await tx.unsafe(`truncate ${ours.join(", ")}`);

  let insert = (_columns: (string | null)[][]): Promise<unknown> => Promise.resolve();
  let trailer: DumpTrailer | undefined;
  for await (const part of readDump(file)) {
    if (part.kind === "table") {
      const { table, columns } = part.table;
      const target = tables.get(table);
      if (!target) throw new Error(`The dump has a table that this version does not know: ${table}`);
      insert = table === queueTable ? (rows) => insertQueues(tx, columns, rows) : inserter(tx, target, columns);
    } else if (part.kind === "rows") await insert(part.columns);
    else if (part.kind === "trailer") trailer = part.trailer;
  }
  if (!trailer) throw new Error(`${file} is not whole`);
  for (const [name, [lastValue, isCalled]] of Object.entries(trailer.sequences)) {
    await tx`select setval(${name}, ${lastValue}, ${isCalled})`;
  }
  const arrived = await readContents(tx, [...tables.values()]);
  requireSame(trailer.contents, arrived);
  // Foreign keys come back here and check every row.
  await restoreProtection();
  return arrived;
}

/** Arrays of text, one for each column: exact for every type, and a handful of parameters whatever the number of rows. */
function inserter(
  tx: postgres.TransactionSql,
  { name, columns }: Table,
  dumped: readonly string[],
): (rows: (string | null)[][]) => Promise<unknown> {
  const typeOf = new Map(columns.map((column) => [column.name, column.type]));
  const values = dumped.map((column, index) => {
    const type = typeOf.get(column);
    if (!type) throw new Error(`The dump has a column that this version does not know: ${name}.${column}`);
    return `c${index}::${type}`;
  });
  const arrays = dumped.map((_, index) => `$${index + 1}::text[]`).join(", ");
  const names = dumped.map((_, index) => `c${index}`).join(", ");
  const statement = `insert into ${name} (${dumped.join(", ")}) overriding system value
    select ${values.join(", ")} from unnest(${arrays}) as r(${names})`;
  return (rows) => tx.unsafe(statement, rows as string[][]);
}

/** @throws Error that names the tables or workspaces in which two copies differ */
export function requireSame(expected: Contents, actual: Contents): void {
  for (const part of ["counts", "chainHeads"] as const) {
    const keys = new Set([...Object.keys(expected[part]), ...Object.keys(actual[part])]);
    const different = [...keys].filter((key) => !isDeepStrictEqual(expected[part][key] ?? 0, actual[part][key] ?? 0));
    if (different.length > 0)
      throw new Error(`The copies differ in ${part === "counts" ? "rows" : "events"} of: ${different.join(", ")}`);
  }
}

async function requireEmpty(tx: postgres.TransactionSql): Promise<void> {
  const [found] = await tx`select from workspace limit 1`;
  if (found) throw new Error("The database is not empty: a dump is only loaded into a new one");
}

async function readHeader(file: string): Promise<DumpHeader> {
  for await (const part of readDump(file)) if (part.kind === "header") return part.header;
  throw new Error(`${file} is empty`);
}
