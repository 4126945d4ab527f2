// npm run db:dump | db:restore | db:move-to-postgres: what an operator does with the database by hand.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "./client.ts";
import { backupFolder, backUp, listDumps, requestFile } from "./dump/backups.ts";
import { dumpDatabase } from "./dump/dump-database.ts";
import type { Contents } from "./dump/format.ts";
import { moveToPostgres } from "./dump/move-to-postgres.ts";
import { restoreDatabase } from "./dump/restore-database.ts";
import { clusterFolder } from "./embedded/engine.ts";
import { DirectoryInUseError } from "./embedded/lock.ts";

const usage = `Usage:
  npm run db:dump [-- <file>]                      writes a dump; by default to <data directory>-backups
  npm run db:restore -- <file>                     loads a dump into a new data directory
  npm run db:move-to-postgres -- <admin URL>       copies everything to an empty PostgreSQL database
The data directory is --data-dir or DATA_DIR, by default .data.
`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { "data-dir": { type: "string" } } });
const [command, argument] = positionals;
const dataDir = resolve(values["data-dir"] ?? process.env.DATA_DIR ?? ".data");
const backups = backupFolder(dataDir);

try {
  if (command === "dump") await dump(argument);
  else if (command === "restore" && argument) await restore(argument);
  else if (command === "move-to-postgres" && argument) await move(argument);
  else {
    process.stderr.write(usage);
    process.exitCode = 2;
  }
} catch (error) {
  for (let cause = error; cause !== undefined; cause = (cause as { cause?: unknown }).cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
  process.exitCode = 1;
}

async function dump(file: string | undefined): Promise<void> {
  requireDatabase();
  let handle;
  try {
    handle = await openDatabase({ dataDir });
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    if (file) throw new Error(`${error.message} A running server dumps to ${backups}: leave the file out.`);
    return say(`Dumped by the running server: ${await askForDump()}`);
  }
  try {
    if (file) await dumpDatabase(handle, resolve(file));
    say(`Dumped: ${file ? resolve(file) : await backUp(handle, backups)}`);
  } finally {
    await handle.close();
  }
}

/** The server that has the directory open looks for the request every two seconds. */
async function askForDump(): Promise<string> {
  const [newest] = listDumps(backups);
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  writeFileSync(requestFile(backups), "");
  for (const deadline = Date.now() + 120_000; Date.now() < deadline;) {
    const [file] = listDumps(backups);
    if (file && file !== newest) return file;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("The process that has the data directory open did not write a dump. Stop it and try again.");
}

async function restore(file: string): Promise<void> {
  if (existsSync(clusterFolder(dataDir)))
    throw new Error(`${dataDir} already holds a database; choose another --data-dir`);
  const handle = await openDatabase({ dataDir });
  try {
    report(`Restored to ${dataDir}`, await restoreDatabase(handle, resolve(file)));
  } finally {
    await handle.close();
  }
}

async function move(adminUrl: string): Promise<void> {
  requireDatabase();
  const handle = await openDatabase({ dataDir });
  try {
    const { file, contents } = await moveToPostgres(handle, adminUrl, backups);
    report("Moved; both sides agree on the rows of every table and the end of every chain of events", contents);
    say(`A dump of the source stays in ${file}. Start with DATABASE_URL and DATABASE_ADMIN_URL from now on.`);
  } finally {
    await handle.close();
  }
}

function requireDatabase(): void {
  if (!existsSync(clusterFolder(dataDir))) throw new Error(`${dataDir} holds no database`);
}

function report(headline: string, { counts, chainHeads }: Contents): void {
  for (const [table, count] of Object.entries(counts)) if (count > 0) say(`${String(count).padStart(9)}  ${table}`);
  for (const [workspace, [seq, hash]] of Object.entries(chainHeads))
    say(`workspace ${workspace}: event ${seq}, ${hash}`);
  say(headline);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
