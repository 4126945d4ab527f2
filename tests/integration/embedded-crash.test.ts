import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#db/client.ts";
import { packageRoot } from "#db/package-root.ts";
import { acknowledged, crashSite, expectNothingLost, type CrashSite } from "./support/ledger.ts";

const rounds = Number(process.env.RINGSIDE_CRASH_ROUNDS ?? 10);
const timeout = 60_000 + rounds * 15_000;

/** The child's pid, from the note it leaves for whoever finds the directory locked. */
const childPid = (dataDir: string): number =>
  (JSON.parse(readFileSync(join(dataDir, "holder.json"), "utf8")) as { childPid: number }).childPid;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a writer and kills it without warning: most often while it writes, sometimes while it still starts. */
async function killWriter({ dataDir, ledger }: CrashSite): Promise<void> {
  const entry = join(packageRoot(), "tests/integration/support/crash-writer.ts");
  const writer = spawn(process.execPath, ["--import", "tsx", entry, dataDir, ledger], {
    cwd: packageRoot(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => writer.once("exit", resolve));
  onTestFinished(() => void writer.kill("SIGKILL"));
  if (Math.random() < 0.2) {
    await delay(Math.random() * 3_000);
  } else {
    await Promise.race([new Promise((resolve) => writer.stdout.once("data", resolve)), ended]);
    await delay(20 + Math.random() * 400);
  }
  writer.kill("SIGKILL");
  await ended;
}

test(
  "kill -9 of the whole product at any moment loses nothing that was acknowledged",
  async () => {
    const site = await crashSite();
    for (let round = 0; round < rounds; round += 1) await killWriter(site);
    expect(await expectNothingLost(site)).toBeGreaterThan(0);
  },
  timeout,
);

test(
  "kill -9 of the database's process alone: the product goes on and nothing acknowledged is lost",
  async () => {
    const site = await crashSite();
    const notices: string[] = [];
    const handle = await openDatabase({
      dataDir: site.dataDir,
      onNotice: (message) => notices.push(message),
      onFatal: (error) => notices.push(`fatal: ${error.message}`),
    });
    let isRunning = true;
    let number = 0;
    let refused = 0;
    const write = async (): Promise<void> => {
      while (isRunning) {
        number += 1;
        try {
          await handle.sql.begin(async (tx) => {
            await tx`insert into pair (number, half) values (${number}, 1)`;
            await tx`insert into pair (number, half) values (${number}, 2)`;
          });
          appendFileSync(site.ledger, `${number}\n`);
        } catch {
          refused += 1;
        }
      }
    };
    const writing = write();
    for (let round = 0; round < rounds; round += 1) {
      const before = acknowledged(site.ledger).length;
      await expect.poll(() => acknowledged(site.ledger).length, { timeout: 20_000 }).toBeGreaterThan(before);
      await delay(Math.random() * 300);
      process.kill(childPid(site.dataDir), "SIGKILL");
    }
    const before = acknowledged(site.ledger).length;
    await expect.poll(() => acknowledged(site.ledger).length, { timeout: 20_000 }).toBeGreaterThan(before);
    isRunning = false;
    await writing;
    await handle.close();

    expect(notices).toHaveLength(rounds);
    expect(notices.filter((notice) => !/killed by SIGKILL.*started again/.test(notice))).toEqual([]);
    // Each kill fails what was under way, not what comes after: that waits for the new process.
    expect(refused).toBeLessThanOrEqual(rounds * 2);
    expect(await expectNothingLost(site)).toBe(acknowledged(site.ledger).length);
  },
  timeout,
);
