import { createWriteStream, mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type postgres from "postgres";
import type { DatabaseHandle } from "../client.ts";
import { listMigrations } from "../migrate.ts";
import { listSequences, listTables, readContents, type Table } from "./catalog.ts";
import { endOfTable, type Contents, type DumpHeader, type DumpTrailer } from "./format.ts";

/**
 * Writes everything to `file`, as of one moment. The file appears whole or not at all.
 * The embedded database serves nobody else meanwhile. On PostgreSQL it needs a login that row-level security does not
 * hold back, and fails with any other.
 * @returns what the dump holds
 */
export async function dumpDatabase(handle: DatabaseHandle, file: string): Promise<Contents> {
  const partial = `${file}.partial`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const contents = await handle.withoutTimeLimit(() =>
      handle.sql.begin("isolation level repeatable read read only", (tx) => write(tx, partial)),
    );
    await syncToDisk(partial);
    renameSync(partial, file);
    await syncToDisk(dirname(file));
    return contents;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

async function write(tx: postgres.TransactionSql, path: string): Promise<Contents> {
  await tx`set local row_security = off`;
  const tables = await listTables(tx);
  const contents = await readContents(tx, tables);
  const parts = async function* (): AsyncGenerator<string> {
    const header: DumpHeader = {
      format: "ringside-dump",
      version: 1,
      createdAt: new Date().toISOString(),
      migrations: await listMigrations(tx),
      tables: tables.map(({ name }) => name),
    };
    yield line(header);
    for (const table of tables) {
      yield line({ table: table.name, columns: table.columns.map(({ name }) => name) });
      yield* readRows(tx, table);
      yield `${endOfTable}\n`;
    }
    const sequences = await listSequences(tx);
    const trailer: DumpTrailer = {
      contents,
      sequences: Object.fromEntries(sequences.map(({ name, lastValue, isCalled }) => [name, [lastValue, isCalled]])),
    };
    yield line(trailer);
  };
  await pipeline(Readable.from(parts()), createGzip(), createWriteStream(path, { mode: 0o600 }));
  return contents;
}

/** A part of a table comes as one answer, which both processes hold in memory: parts are a few megabytes. */
const targetPartBytes = 4 * 1024 * 1024;

/** Not by COPY: the client library forgets to go on reading after a large stream. */
async function* readRows(tx: postgres.TransactionSql, table: Table): AsyncGenerator<string> {
  const columns = table.columns.map(({ name }) => `${name}::text`).join(", ");
  for (const range of blockRanges(table)) {
    const select = `select ${columns} from ${table.name} where ${table.condition} and ${range}`;
    const rows = (await tx.unsafe(select).values()) as (string | null)[][];
    yield rows.map((row) => `${row.map(escape).join("\t")}\n`).join("");
  }
}

const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A value in COPY's text format. */
const escape = (value: string | null): string =>
  value === null ? "\\N" : value.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);

/** Conditions that cut a table into parts by the place of its rows. A partitioned table has no place of its own. */
function blockRanges({ blocks, bytes }: Table): string[] {
  if (blocks === 0) return ["true"];
  const step = Math.max(1, Math.floor(targetPartBytes / (bytes / blocks)));
  const starts = Array.from({ length: Math.ceil(blocks / step) }, (_, index) => index * step);
  return starts.map((start) => `ctid >= '(${start},0)'::tid and ctid < '(${start + step},0)'::tid`);
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
