import { execFileSync } from "node:child_process";
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, statSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openDatabase, type DatabaseHandle } from "#db/client.ts";
import { backUp, backupFolder, listDumps, requestFile, startBackups } from "#db/dump/backups.ts";
import { dumpDatabase } from "#db/dump/dump-database.ts";
import { restoreDatabase } from "#db/dump/restore-database.ts";
import { migrate } from "#db/migrate.ts";
import { packageRoot } from "#db/package-root.ts";
import { embeddedDirectory, temporaryFolder } from "#tests/setup/embedded-directory.ts";
import { fillDatabase, fingerprints } from "./support/filled-database.ts";

// Each test starts processes of its own, which takes seconds where processors are scarce.
vi.setConfig({ testTimeout: 300_000 });

async function open(dataDir: string): Promise<DatabaseHandle> {
  const handle = await openDatabase({ dataDir });
  onTestFinished(() => handle.close());
  return handle;
}

test("E11.5 a dump restored into a new directory is the same, value by value", async () => {
  const source = await open(await embeddedDirectory());
  await fillDatabase(source);
  const file = join(temporaryFolder(), "all.dump.gz");
  const dumped = await dumpDatabase(source, file);
  expect(dumped.counts).toMatchObject({ "public.workspace": 1, "public.event_log": 3, "pgboss.job": 1 });
  expect(Object.values(dumped.chainHeads)).toEqual([[3, "3"]]);

  const target = await open(join(temporaryFolder(), "data"));
  expect(await restoreDatabase(target, file)).toEqual(dumped);
  expect(await fingerprints(target.sql)).toEqual(await fingerprints(source.sql));
  expect([...(await target.sql`select nextval('event_inbox_id_seq') as next`)]).toEqual([{ next: 4712 }]);
  expect([...(await target.sql`select state, data from pgboss.job`)]).toEqual([{ state: "created", data: { id: 1 } }]);
  // Protection is back: the schema is what the migrations make.
  const fresh = await open(await embeddedDirectory());
  expect(await describeSchema(target)).toEqual(await describeSchema(fresh));
  // And it is a database of this version, on which a start does nothing.
  await migrate(target);
});

async function describeSchema({ sql }: DatabaseHandle): Promise<unknown> {
  return {
    constraints: [
      ...(await sql`
      select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as definition from pg_constraint
      where connamespace = 'public'::regnamespace order by 1, 2`),
    ],
    tables: [
      ...(await sql`
      select relname, relrowsecurity, relforcerowsecurity from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`),
    ],
  };
}

test("a dump is only loaded into an empty database, and only when it is whole", async () => {
  const source = await open(await embeddedDirectory());
  await fillDatabase(source);
  const file = join(temporaryFolder(), "all.dump.gz");
  await dumpDatabase(source, file);
  await expect(restoreDatabase(source, file)).rejects.toThrow(/not empty/);
  expect((await source.sql`select from workspace`).length).toBe(1);

  const descriptor = openSync(file, "r+");
  ftruncateSync(descriptor, statSync(file).size - 200);
  closeSync(descriptor);
  const target = await open(await embeddedDirectory());
  await expect(restoreDatabase(target, file)).rejects.toThrow(/cannot be read|not whole/);
  expect((await target.sql`select from workspace`).length).toBe(0);
});

test("a dump that fails leaves nothing behind", async () => {
  const source = await open(await embeddedDirectory());
  const folder = temporaryFolder();
  // A folder in the place of the file: the rename at the end fails.
  const file = join(folder, "taken");
  execFileSync("mkdir", ["-p", join(file, "inside")]);
  await expect(dumpDatabase(source, file)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("backups: one when the newest is a day old or somebody asks, a last one at the stop; seven stay", async () => {
  const dataDir = await embeddedDirectory();
  const folder = backupFolder(dataDir);
  const source = await open(dataDir);
  const dumps: string[] = [];
  const schedule = startBackups(source, folder, {
    onDump: (file) => dumps.push(file),
    onFailure: (error) => {
      throw error;
    },
  });
  const expectDumps = (count: number): Promise<void> =>
    expect.poll(() => dumps.length, { timeout: 20_000 }).toBe(count);
  dumps.push(await backUp(source, folder));
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60_000);
  utimesSync(dumps[0]!, twoDaysAgo, twoDaysAgo);
  await expectDumps(2);
  closeSync(openSync(requestFile(folder), "w"));
  await expectDumps(3);
  expect(existsSync(requestFile(folder))).toBe(false);
  await schedule.stop();
  expect(dumps).toHaveLength(4);
  for (let more = 0; more < 5; more += 1) await backUp(source, folder);
  expect(listDumps(folder)).toHaveLength(7);
  expect(listDumps(folder).map((file) => basename(file))).not.toContain(basename(dumps[0]!));
});

test("the commands: dump while the directory is free, restore elsewhere, refuse a directory that is taken", async () => {
  const dataDir = await embeddedDirectory();
  const filled = await openDatabase({ dataDir });
  await fillDatabase(filled);
  const before = await fingerprints(filled.sql);
  await filled.close();

  const run = (...parameters: string[]): string =>
    execFileSync(process.execPath, ["--import", "tsx", join(packageRoot(), "db/command.ts"), ...parameters], {
      cwd: packageRoot(),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const file = /^Dumped: (.*)$/m.exec(run("dump", "--data-dir", dataDir))?.[1] ?? "";
  expect(file.startsWith(backupFolder(dataDir))).toBe(true);
  const restored = join(temporaryFolder(), "restored");
  expect(run("restore", file, "--data-dir", restored)).toMatch(
    /1 {2}public\.workspace\n[\s\S]*event 3, 3\nRestored to/,
  );
  expect(() => run("restore", file, "--data-dir", restored)).toThrow(/already holds a database/);
  expect(await fingerprints((await open(restored)).sql)).toEqual(before);
});
