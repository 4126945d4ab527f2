import { drizzle } from "drizzle-orm/postgres-js";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { DatabaseHandle } from "./client.ts";
import { packageRoot } from "./package-root.ts";

/**
 * Brings the schema to this version; does nothing when it is there already.
 * On PostgreSQL it connects as the owner (`adminUrl`), for the application's own login may not change tables, and holds
 * an advisory lock, so that several processes may start at once.
 * @throws Error if the database was migrated by another version, one that is newer than this
 */
export async function migrate(handle: DatabaseHandle, adminUrl?: string): Promise<void> {
  if (handle.kind === "embedded") return handle.withoutTimeLimit(() => migrateToCurrent(handle.sql));
  if (!adminUrl) throw new Error("DATABASE_ADMIN_URL is needed for migrations: the owner's login.");
  await migratePostgres(adminUrl);
}

/** Migrates the PostgreSQL database behind `adminUrl`. */
export async function migratePostgres(adminUrl: string): Promise<void> {
  // One connection, so that the lock and the migrations are of one session.
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    await migrateToCurrent(sql);
  } finally {
    await sql.end();
  }
}

/** Runs the missing ones of all migrations. `sql` may change tables. */
export async function migrateToCurrent(sql: postgres.Sql): Promise<void> {
  requireKnown(await listMigrations(sql));
  await runMigrations(drizzle(sql), { migrationsFolder: migrationsFolder() });
}

/**
 * Runs the first migrations only: those with the given hashes, so that data of that version can be loaded.
 * @throws Error if this version does not know them
 */
export async function migrateUpTo(sql: postgres.Sql, hashes: readonly string[]): Promise<void> {
  requireKnown(hashes);
  const folder = mkdtempSync(join(tmpdir(), "ringside-migrations-"));
  try {
    cpSync(migrationsFolder(), folder, { recursive: true });
    const journalFile = join(folder, "meta", "_journal.json");
    const journal = JSON.parse(readFileSync(journalFile, "utf8")) as { entries: unknown[] };
    writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, hashes.length) }));
    await runMigrations(drizzle(sql), { migrationsFolder: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Hashes of the migrations that a database has had, oldest first. */
export async function listMigrations(sql: postgres.Sql | postgres.TransactionSql): Promise<string[]> {
  const [found] = await sql<
    { exists: boolean }[]
  >`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  if (!found?.exists) return [];
  const rows = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by created_at`;
  return rows.map(({ hash }) => hash);
}

function requireKnown(hashes: readonly string[]): void {
  const known = readMigrationFiles({ migrationsFolder: migrationsFolder() }).map(({ hash }) => hash);
  const unknown = hashes.findIndex((hash, index) => hash !== known[index]);
  if (unknown < 0) return;
  throw new Error(
    `The database was made by another version of Ringside: its migration ${unknown + 1} is not known here. Use that version or a newer one.`,
  );
}

/** Any number that nothing else locks on. */
const migrationLock = 7_264_417;

const migrationsFolder = (): string => join(packageRoot(), "db", "migrations");
