import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded, type StartedServer } from "#db/embedded/start-embedded.ts";
import { copyTemplate, templateCluster } from "./template-cluster.ts";

/**
 * Lends embedded databases to test files, so that one is started per worker and not per file. A file connects, reads
 * one line of JSON with the database's socket and keeps the connection as long as it uses the database.
 */
export async function startBroker(): Promise<{ path: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-test-"));
  const idle: StartedServer[] = [];
  const all = new Set<StartedServer>();
  const borrowers = new Set<Socket>();
  let template: Promise<string> | undefined;

  async function start(): Promise<StartedServer> {
    const dataDir = mkdtempSync(join(folder, "data-"));
    template ??= templateCluster();
    copyTemplate(await template, dataDir);
    const started = await startEmbedded({ dataDir, onFatal: (error) => console.error(error) });
    all.add(started);
    return started;
  }

  async function lend(borrower: Socket): Promise<void> {
    borrowers.add(borrower);
    let isGone = false;
    borrower.on("error", () => undefined);
    const gone = new Promise<void>((resolve) =>
      borrower.once("close", () => {
        isGone = true;
        resolve();
      }),
    );
    const lent = idle.pop() ?? (await start());
    if (!isGone) borrower.write(`${JSON.stringify({ socketPath: lent.socketPath })}\n`);
    await gone;
    borrowers.delete(borrower);
    idle.push(lent);
  }

  const server = createServer((borrower) => {
    lend(borrower).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      borrower.end(`${JSON.stringify({ error: message })}\n`);
    });
  });
  const path = join(folder, "broker");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    async stop() {
      server.close();
      for (const borrower of borrowers) borrower.destroy();
      await Promise.all([...all].map((started) => started.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
