import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openDatabase } from "#db/client.ts";
import { DirectoryInUseError } from "#db/embedded/lock.ts";
import { packageRoot } from "#db/package-root.ts";
import { embeddedDirectory, temporaryFolder } from "#tests/setup/embedded-directory.ts";

// Each test starts processes of its own, which takes seconds where processors are scarce.
vi.setConfig({ testTimeout: 120_000 });

test("a second start on the same directory is refused and names the process and the directory", async () => {
  const dataDir = await embeddedDirectory();
  const first = await openDatabase({ dataDir });
  onTestFinished(() => first.close());

  const second = openDatabase({ dataDir });
  await expect(second).rejects.toThrow(DirectoryInUseError);
  await expect(second).rejects.toThrow(`${dataDir} is in use by process ${process.pid}`);
  expect([...(await first.sql`select 1 as still`)]).toEqual([{ still: 1 }]);
});

test("the directory is free again after a close, and after a holder that was killed", async () => {
  const dataDir = await embeddedDirectory();
  const first = await openDatabase({ dataDir });
  await first.close();

  const ledger = join(temporaryFolder(), "ledger");
  writeFileSync(ledger, "");
  const entry = join(packageRoot(), "tests/integration/support/crash-writer.ts");
  const holder = spawn(process.execPath, ["--import", "tsx", entry, dataDir, ledger], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  holder.kill("SIGKILL");

  const next = await openDatabase({ dataDir });
  await next.close();
});

test("of several starts at once exactly one wins, whatever stale locks it finds", async () => {
  const dataDir = await embeddedDirectory();
  const stale = await openDatabase({ dataDir });
  await stale.close();

  const starts = await Promise.allSettled(Array.from({ length: 4 }, () => openDatabase({ dataDir })));
  const winners = starts.filter((start) => start.status === "fulfilled");
  for (const { value } of winners) await value.close();
  expect(winners).toHaveLength(1);
  for (const start of starts) {
    if (start.status === "rejected") expect(start.reason).toBeInstanceOf(DirectoryInUseError);
  }
});

test("a directory whose path is longer than a socket's address may be works too", async () => {
  const dataDir = join(temporaryFolder(), "long-".repeat(30), "data");
  const handle = await openDatabase({ dataDir });
  expect([...(await handle.sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  await expect(openDatabase({ dataDir })).rejects.toThrow(DirectoryInUseError);
  await handle.close();
});
