import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "#db/client.ts";
import { packageRoot } from "#db/package-root.ts";
import { ourClient } from "#tests/rooms/support/our-client.ts";
import { browserSocket } from "#tests/rooms/support/product-rooms.ts";
import { send, Visitor } from "./support/http.ts";
import { delay, RunningProduct } from "./support/running-product.ts";
import { PASSWORD, seedWorkspaces, type Seed } from "./support/seeded-directory.ts";

const script = join(packageRoot(), "scripts", "db", "postgres-test-server.sh");
const control = (...args: string[]): string =>
  execFileSync(script, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const hasServer =
  existsSync("/usr/lib/postgresql") &&
  readdirSync("/usr/share/postgresql").some((major) =>
    existsSync(join("/usr/share/postgresql", major, "extension", "vector.control")),
  );

const AWAY_MS = 60_000;

describe.skipIf(!hasServer)(`PostgreSQL away for a minute (not run without PostgreSQL and pgvector)`, () => {
  let directory = "";
  let web: RunningProduct;
  let worker: RunningProduct;
  let seed: Seed;

  beforeAll(async () => {
    const lines = control("start").trim().split("\n");
    directory = lines.at(-2)!.replace("directory ", "");
    const server = new URL(lines.at(-1)!);
    const owner = postgres(server.href, { max: 1, onnotice: () => undefined });
    await owner`create database ringside`;
    await owner`create role ringside_login login password 'of-the-test'`;
    await owner.end();
    server.pathname = "/ringside";
    const adminUrl = server.href;
    [server.username, server.password] = ["ringside_login", "of-the-test"];
    const env = { DATABASE_URL: server.href, DATABASE_ADMIN_URL: adminUrl };
    web = await RunningProduct.start({ args: ["--web"], env });
    const handle = await openDatabase({ databaseUrl: adminUrl, dataDir: "" });
    seed = await seedWorkspaces(handle.db);
    await handle.close();
    worker = await RunningProduct.launch({ args: ["--worker"], env });
    // The worker's first word.
    while (!worker.output.includes("auditHead")) await delay(100);
  });
  afterAll(async () => {
    await web?.remove();
    await worker?.remove();
    if (directory) control("stop", directory);
  });

  test(
    "requests are refused in plain words, rooms go on unsaved, and everything comes back by itself",
    { timeout: 400_000 },
    async () => {
      const { origin } = web;
      const rep = await Visitor.signIn(origin, seed.mine.emails.rep, PASSWORD);
      const manager = await Visitor.signIn(origin, seed.mine.emails.manager, PASSWORD);
      const { room, opportunity, user } = seed.mine.scene;
      const open = ({ cookie }: Visitor, name: string) =>
        ourClient(
          `ws://localhost:${web.port}/rooms`,
          room,
          { id: name, name },
          {
            WebSocket: browserSocket(cookie.split("=")[1]!, origin),
            params: {},
          },
        );
      const [one, two] = [open(rep, "one"), open(manager, "two")];
      const words = (client: typeof one): string => client.doc.getText("of the test").toString();
      one.doc.getText("of the test").insert(0, "before ");
      await expect.poll(() => [words(two), one.unsavedCount()], { timeout: 30_000 }).toEqual(["before ", 0]);
      await rep.mutate("accounts.create", { name: "Ledger before" });

      control("pause", directory);
      const awaySince = Date.now();
      await expect.poll(async () => (await send(`${origin}/readyz`)).status, { timeout: 30_000 }).toBe(503);
      expect((await send(`${origin}/healthz`)).status).toBe(200);
      one.doc.getText("of the test").insert(7, "meanwhile ");
      await expect.poll(() => words(two), { timeout: 30_000 }).toBe("before meanwhile ");
      await expect.poll(() => one.state().isStorageAway, { timeout: 30_000 }).toBe(true);
      const answered: string[] = [];
      for (let n = 0; Date.now() - awaySince < AWAY_MS; n++) {
        const answers = [
          await rep.post("accounts.create", { name: `Ledger ${n}` }),
          await rep.get("/trpc/accounts.list?input=%7B%7D"),
          await rep.get("/dashboard/crm"),
        ];
        if (answers[0]!.status === 200) answered.push(`Ledger ${n}`);
        for (const { status, text } of [answers[0]!, answers[2]!]) {
          expect(status, text).toBe(503);
          expect(text).not.toMatch(/ECONNREFUSED|Failed query|at .*\.js:\d/);
        }
        expect(answers[0]!.text).toContain("The database is not answering");
        expect((await send(`${origin}/healthz`)).status).toBe(200);
        expect(one.unsavedCount()).toBeGreaterThan(0);
        await delay(2_000);
      }
      expect([web.hasEnded, worker.hasEnded], worker.output.slice(-3000)).toEqual([false, false]);

      control("resume", directory);
      await expect.poll(async () => (await send(`${origin}/readyz`)).status, { timeout: 60_000 }).toBe(200);
      await expect.poll(() => one.unsavedCount(), { timeout: 60_000 }).toBe(0);
      await expect.poll(() => one.state().isStorageAway, { timeout: 30_000 }).toBe(false);
      const fresh = open(manager, "three");
      await expect.poll(() => words(fresh), { timeout: 30_000 }).toBe("before meanwhile ");
      await rep.mutate("accounts.create", { name: "Ledger after" });
      const { rows } = await rep.query<{ rows: { name: string }[] }>("accounts.list", { query: "Ledger" });
      const stored = rows.map(({ name }) => name);
      for (const name of ["Ledger before", "Ledger after", ...answered]) expect(stored).toContain(name);
      // What the worker does follows again: the log, then the notification.
      await manager.mutate("coaching.request", {
        opportunityId: opportunity,
        repId: user,
        comment: "After the outage",
      });
      await expect
        .poll(async () => JSON.stringify(await rep.query("notifications.list")), { timeout: 60_000 })
        .toContain(opportunity);
      expect([web.hasEnded, worker.hasEnded], worker.output.slice(-3000)).toEqual([false, false]);
    },
  );
});
