import { expect, inject, onTestFinished, test } from "vitest";
import { newId } from "#db/schema/columns.ts";
import { copyPostgresTemplate } from "#tests/setup/postgres-template.ts";
import { embeddedDirectory } from "#tests/setup/embedded-directory.ts";
import { HostProcess, type HostSettings } from "./support/host-process.ts";
import { runKillRounds, type KillTarget } from "./support/kill-rounds.ts";
import { HOST_USER } from "./support/room-host-ids.ts";

test("A1.2 A1.4 kill -9 under load: nothing the server called safe is lost", { timeout: 180_000 }, async () => {
  const roomIds = [newId(), newId()];
  const report = await runKillRounds(hostTarget({ roomIds, database: await database() }), {
    rounds: 3,
    writersPerRoom: 3,
    loadMs: () => 1_500 + Math.random() * 500,
  });
  expect(report.lost).toEqual([]);
  expect(report.rounds).toBe(3);
  expect(report.acknowledged).toBeGreaterThan(100);
});

/** Every start on the first one's port, so that clients find it again. */
function hostTarget(settings: HostSettings): KillTarget {
  let port = 0;
  return {
    roomIds: settings.roomIds,
    async start() {
      const host = await HostProcess.start({ ...settings, port });
      ({ port } = host);
      return { access: { user: { ...HOST_USER, color: "" }, serverUrl: host.url }, kill: () => host.kill() };
    },
  };
}

async function database(): Promise<{ dataDir: string } | { url: string }> {
  const source = inject("testDatabase");
  if (source.kind === "embedded") return { dataDir: await embeddedDirectory() };
  const { url, drop } = await copyPostgresTemplate(source);
  onTestFinished(() => drop());
  return { url };
}
