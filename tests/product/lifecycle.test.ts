import { createServer } from "node:http";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { Visitor } from "./support/http.ts";
import { delay, RunningProduct } from "./support/running-product.ts";
import { PASSWORD, seededDirectory } from "./support/seeded-directory.ts";
import { openSocket, whenClosed } from "./support/sockets.ts";

const rounds = Number(process.env.RINGSIDE_CRASH_ROUNDS ?? 6);

/** Names of all accounts that start with a text. */
async function listNames(visitor: Visitor, query: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const page: { rows: { name: string }[]; nextCursor: string | null } = await visitor.query("accounts.list", {
      query,
      limit: 100,
      ...(cursor ? { cursor } : {}),
    });
    for (const { name } of page.rows) names.add(name);
    if (!page.nextCursor) return names;
    cursor = page.nextCursor;
  }
}

test("a port that is taken is named, nothing is left running and the data stays", { timeout: 120_000 }, async () => {
  const { dataDir, seed } = await seededDirectory();
  const squatter = createServer();
  const port = await new Promise<number>((resolve) =>
    squatter.listen(0, "127.0.0.1", () => resolve((squatter.address() as { port: number }).port)),
  );
  const refused = await RunningProduct.launch({ dataDir, port });
  expect(await refused.ended()).toBe(1);
  expect(refused.output).toContain(`Port ${port} on 127.0.0.1 is taken by another program. Set PORT to another one.`);
  squatter.close();
  const product = await RunningProduct.start({ dataDir, port });
  onTestFinished(() => product.remove());
  const rep = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
  expect((await listNames(rep, "own")).size).toBeGreaterThan(0);

  const second = await RunningProduct.launch({ dataDir });
  expect(await second.ended()).toBe(1);
  expect(second.output).toMatch(/The data directory .* is in use by process \d+\. Stop it first, or choose another/);
  expect((await listNames(rep, "own")).size).toBeGreaterThan(0);
});

test(
  "SIGTERM ends within ten seconds with sockets open, and tells them that it will be back",
  { timeout: 120_000 },
  async () => {
    const { dataDir, seed } = await seededDirectory();
    const product = await RunningProduct.start({ dataDir });
    onTestFinished(() => product.remove());
    const rep = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
    const own = { origin: product.origin, cookie: rep.cookie };
    const paths = ["/trpc", `/rooms/${seed.mine.scene.room}?x=1&schema=1`];
    const attempts = await Promise.all(
      [...paths, ...paths].map((path) => openSocket(`ws://localhost:${product.port}${path}`, own)),
    );
    const closed = Promise.all(attempts.map(({ socket }) => whenClosed(socket!)));
    const started = Date.now();
    product.signal("SIGTERM");
    expect(await product.ended()).toBe(0);
    // The process's own promise, not a measure of speed: orchestrators kill after ten seconds.
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(new Set(await closed)).toEqual(new Set([1012]));
    expect(readdirSync(`${dataDir}-backups`).length).toBeGreaterThan(0);
  },
);

test(
  "kill -9 of everything, or of the database alone, loses nothing that was answered with a yes",
  { timeout: 120_000 + rounds * 60_000 },
  async () => {
    const { dataDir, seed } = await seededDirectory();
    let product = await RunningProduct.start({ dataDir });
    onTestFinished(() => product.remove());
    const answered: string[] = [];
    let rep = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
    for (let round = 0; round < rounds; round++) {
      let isWriting = true;
      const visitor = rep;
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; isWriting; n++) {
          const name = `Ledger ${round}-${writer}-${n}`;
          const answer = await visitor.post("accounts.create", { name }).catch(() => undefined);
          if (answer?.status === 200) answered.push(name);
          else if (answer) expect([500, 503], answer.text).toContain(answer.status);
          else if (!isWriting) return;
        }
      };
      const before = answered.length;
      const writing = Promise.all([write(1), write(2), write(3)]);
      await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(before + 5);
      await delay(Math.random() * 300);
      if (round % 2 === 0) {
        process.kill(product.databasePid, "SIGKILL");
        const atKill = answered.length;
        await expect.poll(() => answered.length, { timeout: 60_000 }).toBeGreaterThan(atKill + 5);
        isWriting = false;
        await writing;
      } else {
        await product.killAll();
        isWriting = false;
        await writing;
        product = await RunningProduct.start({ dataDir, port: product.port });
        rep = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
      }
      const stored = await listNames(rep, "Ledger");
      expect(answered.filter((name) => !stored.has(name))).toEqual([]);
    }
    expect(answered.length).toBeGreaterThan(rounds * 5);
    // What followed from each change followed too: the chain holds every one of them.
    product.signal("SIGTERM");
    expect(await product.ended()).toBe(0);
    const { execFileSync } = await import("node:child_process");
    const audit = execFileSync(process.execPath, [join("build", "command.js"), "verify-audit"], {
      env: { PATH: process.env.PATH ?? "", DATA_DIR: dataDir, NODE_ENV: "production" },
      encoding: "utf8",
    });
    expect(audit).toMatch(/^intact/);
    expect(audit).not.toContain("BROKEN");
  },
);
