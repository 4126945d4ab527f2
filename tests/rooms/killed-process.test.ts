import { expect, inject, onTestFinished, test } from "vitest";
import { newId } from "#db/schema/columns.ts";
import { copyPostgresTemplate } from "#tests/setup/postgres-template.ts";
import { embeddedDirectory } from "#tests/setup/embedded-directory.ts";
import { runKillRounds } from "./support/kill-rounds.ts";

test("A1.2 A1.4 kill -9 under load: nothing the server called safe is lost", { timeout: 180_000 }, async () => {
  const roomIds = [newId(), newId()];
  const report = await runKillRounds(
    { roomIds, database: await database() },
    { rounds: 3, writersPerRoom: 3, loadMs: () => 1_500 + Math.random() * 500 },
  );
  expect(report.lost).toEqual([]);
  expect(report.rounds).toBe(3);
  expect(report.acknowledged).toBeGreaterThan(100);
});

async function database(): Promise<{ dataDir: string } | { url: string }> {
  const source = inject("testDatabase");
  if (source.kind === "embedded") return { dataDir: await embeddedDirectory() };
  const { url, drop } = await copyPostgresTemplate(source);
  onTestFinished(() => drop());
  return { url };
}
