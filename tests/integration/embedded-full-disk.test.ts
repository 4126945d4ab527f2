import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "#db/client.ts";
import { embeddedDirectory, temporaryFolder } from "#tests/setup/embedded-directory.ts";

// Each test starts processes of its own, which takes seconds where processors are scarce.
vi.setConfig({ testTimeout: 120_000 });

const diskMegabytes = 200;

/** A disk of our own to fill; undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskMegabytes}m`, "tmpfs", folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

const megabyte = 1024 * 1024;

test("a full disk: reading goes on, writing is refused and says why, nothing acknowledged is lost", async (context) => {
  const disk = smallDisk();
  if (!disk) return context.skip("needs the right to mount a small file system");
  const dataDir = join(disk, "data");
  await embeddedDirectory(dataDir);
  const notices: string[] = [];
  const handle = await openDatabase({ dataDir, onNotice: (message) => notices.push(message) });
  onTestFinished(() => handle.close());
  const { sql } = handle;
  await sql`create table note (number int primary key, text text)`;

  const acknowledged: number[] = [];
  const failures = new Set<string>();
  const write = async (number: number): Promise<void> => {
    try {
      await sql`insert into note select ${number}, repeat('x', 100000)`;
      acknowledged.push(number);
    } catch (error) {
      failures.add((error as { code: string }).code);
    }
  };
  await write(0);
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(freeBytes(disk) - 30 * megabyte));
  // The disk is looked at five times a second.
  await expect.poll(() => write(acknowledged.length).then(() => failures.size), { timeout: 5_000 }).toBe(1);
  for (let number = 0; number < 200; number += 1) await write(10_000 + number);
  const written = [...acknowledged];
  // 25006 read_only_sql_transaction
  expect([...failures]).toEqual(["25006"]);
  expect(notices).toEqual([expect.stringMatching(/^The disk is full: \d+ MB are left for .* read-only/)]);
  expect((await sql`select number from note order by number`).map(({ number }) => number as number)).toEqual(written);

  rmSync(ballast);
  await expect
    .poll(() => write(acknowledged.length).then(() => acknowledged.length), { timeout: 5_000 })
    .toBeGreaterThan(written.length);
  expect(notices.at(-1)).toMatch(/room again/);
  const stored = (await sql`select number from note order by number`).map(({ number }) => number as number);
  expect(stored).toEqual([...acknowledged].sort((a, b) => a - b));
});

test("a disk that fills at once: the database gives up with the reason, and has everything when there is room", async (context) => {
  const disk = smallDisk();
  if (!disk) return context.skip("needs the right to mount a small file system");
  const dataDir = join(disk, "data");
  await embeddedDirectory(dataDir);
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message);
  const handle = await openDatabase({ dataDir, onNotice: tell, onFatal: (error) => tell(error.message) });
  const { sql } = handle;
  await sql`create table counter (id int primary key, value int) with (fillfactor = 50)`;
  await sql`insert into counter select id, 0 from generate_series(1, 20000) id`;

  let acknowledged = 0;
  const ballast = join(disk, "ballast");
  const fill = (): void => writeFileSync(ballast, Buffer.alloc(freeBytes(disk)));
  // Between two looks at the disk, inside one transaction: the log runs out of room where PostgreSQL cannot go back.
  const failure: unknown = await sql
    .begin(async (tx) => {
      fill();
      for (;;) await tx`update counter set value = value + 1`;
    })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  await expect.poll(() => told.join("\n"), { timeout: 20_000 }).toMatch(/No space left on device|disk is full/);
  await handle.close();

  rmSync(ballast);
  const again = await openDatabase({ dataDir });
  onTestFinished(() => again.close());
  await again.sql`update counter set value = value + 1`;
  acknowledged += 1;
  expect([...(await again.sql`select min(value), max(value), count(*) from counter`)]).toEqual([
    { min: acknowledged, max: acknowledged, count: 20_000 },
  ]);
});
