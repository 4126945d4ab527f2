import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import postgres from "postgres";
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "#db/client.ts";
import { packageRoot } from "#db/package-root.ts";
import { embeddedDirectory } from "#tests/setup/embedded-directory.ts";
import { fillDatabase, fingerprints } from "./support/filled-database.ts";

vi.setConfig({ testTimeout: 120_000 });

/** An empty database whose owner is no superuser, as a provider gives it. */
async function emptyPostgres(adminUrl: string): Promise<string> {
  const name = `ringside_move_${randomBytes(4).toString("hex")}`;
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await admin`create role ${admin(name)} login createrole`;
  await admin.unsafe(`create database ${name} owner ${name}`);
  onTestFinished(async () => {
    await admin`drop database ${admin(name)} with (force)`;
    await admin`drop role ${admin(name)}`;
    await admin.end();
  });
  const url = new URL(adminUrl);
  url.username = name;
  url.pathname = `/${name}`;
  // Only a superuser may add this one.
  const prepared = new URL(adminUrl);
  prepared.pathname = url.pathname;
  const sql = postgres(prepared.href, { max: 1 });
  await sql`create extension vector`;
  await sql.end();
  return url.href;
}

test("E11.5 an embedded workspace moves to PostgreSQL with every value, event and pending job", async (context) => {
  const server = inject("testDatabase");
  if (server.kind !== "postgres") return context.skip("needs a PostgreSQL server: npm run test:postgres");
  const dataDir = await embeddedDirectory();
  const source = await openDatabase({ dataDir });
  await fillDatabase(source);
  const before = await fingerprints(source.sql);
  await source.close();

  const url = await emptyPostgres(server.adminUrl);
  const move = (): string =>
    execFileSync(
      process.execPath,
      ["--import", "tsx", join(packageRoot(), "db/command.ts"), "move-to-postgres", url, "--data-dir", dataDir],
      { cwd: packageRoot(), encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    );
  expect(move()).toMatch(/1 {2}public\.workspace\n[\s\S]*event 3, 3\nMoved; both sides agree/);

  const target = await openDatabase({ databaseUrl: new URL(url).href, dataDir: "" });
  onTestFinished(() => target.close());
  const [forced] = await target.sql`
    select count(*) from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace`;
  expect(forced?.count).toBeGreaterThan(10);
  const superuser = new URL(server.adminUrl);
  superuser.pathname = new URL(url).pathname;
  const all = await openDatabase({ databaseUrl: superuser.href, dataDir: "" });
  onTestFinished(() => all.close());
  expect(await fingerprints(all.sql)).toEqual(before);
  expect([...(await all.sql`select state from pgboss.job`)]).toEqual([{ state: "created" }]);
  expect(move).toThrow(/not empty/);
});
