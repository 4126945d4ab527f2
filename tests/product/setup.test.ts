import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "#db/client.ts";
import { packageRoot } from "#db/package-root.ts";
import { copyTemplate, templateCluster } from "#tests/setup/template-cluster.ts";
import { postLogin, send, Visitor, type Answer } from "./support/http.ts";
import { RunningProduct } from "./support/running-product.ts";

let product: RunningProduct;

beforeAll(async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "ringside-product-")), "data");
  copyTemplate(await templateCluster(), dataDir);
  product = await RunningProduct.start({ dataDir });
});
afterAll(() => product.remove());

const ADMIN = { email: "grace@example.test", password: "violet kettle orbit" };

const linkIn = (output: string): string => /http:\S+\/setup\?token=\S+/.exec(output)![0];

function submit(link: string, changes: Record<string, string> = {}): Promise<Answer> {
  const fields = {
    workspaceName: "Example Ltd",
    timeZone: "Europe/Berlin",
    currency: "EUR",
    name: "Grace Head",
    ...ADMIN,
  };
  return send(`${product.origin}/setup`, {
    method: "POST",
    headers: { origin: product.origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: new URL(link).searchParams.get("token")!, ...fields, ...changes }).toString(),
  });
}

test("S27 a new server has no account, prints one link, and takes no other", async () => {
  const link = linkIn(product.output);
  expect(product.output.match(/setup\?token=/g)).toHaveLength(1);
  expect((await postLogin(product.origin, "admin@demo.ringside.test", "ringside-demo")).status).toBe(401);
  expect((await send(link.replace("127.0.0.1", "localhost"))).status).toBe(200);
  for (const token of ["", "x", "A".repeat(43), new URL(link).searchParams.get("token")!.slice(1)]) {
    expect((await send(`${product.origin}/setup?token=${token}`)).status).toBe(404);
    expect((await submit(`${product.origin}/setup?token=${token || "x"}`)).status).toBe(404);
  }
});

test("S27 a poor password, no e-mail address or an unknown time zone make no workspace", async () => {
  const link = linkIn(product.output);
  for (const changes of [
    { password: "short" },
    { password: "example grace head" },
    { password: "passwordpassword1" },
    { email: "grace" },
    { timeZone: "Mars/Base" },
    { currency: "EURO" },
    { workspaceName: " " },
  ] as Record<string, string>[]) {
    const answer = await submit(link, changes);
    expect(answer.status, JSON.stringify(changes)).toBe(422);
    if (changes.password) expect(answer.text).not.toContain(changes.password);
  }
});

test("S27 the link makes the workspace once, also when two people use it at the same moment", async () => {
  const link = linkIn(product.output);
  const answers = await Promise.all([
    submit(link),
    submit(link, { email: "other@example.test" }),
    submit(link, { email: "third@example.test" }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([302, 404, 404]);
  const made = answers.find(({ status }) => status === 302)!;
  expect(made.headers.location).toBe("/settings/people");
  expect(made.headers["set-cookie"]![0]).toContain("HttpOnly");
  expect((await submit(link, { email: "late@example.test" })).status).toBe(404);
  expect((await send(link.replace("127.0.0.1", "localhost"))).status).toBe(404);
});

test("S27 the administrator adds a team, and its people sign in and sell", async () => {
  const signedIn = [];
  for (const email of [ADMIN.email, "other@example.test", "third@example.test"])
    if ((await postLogin(product.origin, email, ADMIN.password)).status === 302) signedIn.push(email);
  expect(signedIn).toHaveLength(1);
  const admin = await Visitor.signIn(product.origin, signedIn[0]!, ADMIN.password);
  expect(await admin.query("workspaces.get")).toMatchObject({
    name: "Example Ltd",
    currency: "EUR",
    timeZone: "Europe/Berlin",
    isDemo: false,
  });
  expect((await admin.get("/settings/people")).status).toBe(200);
  const { id: teamId } = await admin.mutate<{ id: string }>("users.createTeam", { name: "North" });
  const person = { name: "Rita Rep", email: "Rita@example.test", role: "rep", teamId, password: "amber ladder piano" };
  expect((await admin.post("users.create", { ...person, password: "Rita Rep 2026 rep" })).status).toBe(422);
  const { id: userId } = await admin.mutate<{ id: string }>("users.create", person);
  expect((await admin.post("users.create", person)).status).toBe(409);
  const rita = await Visitor.signIn(product.origin, "rita@example.test", person.password);
  await rita.mutate("opportunities.create", {
    name: "First deal",
    amountCents: 100_000,
    closeDate: "2027-03-31",
    nextStep: "Call them",
    nextStepDue: "2030-01-15",
  });
  expect((await rita.post("users.create", { ...person, email: "x@example.test" })).status).toBe(403);
  expect((await rita.post("users.setPassword", { userId, password: "silver anchor tulip" })).status).toBe(403);
  await admin.mutate("users.setPassword", { userId, password: "silver anchor tulip" });
  await expect.poll(async () => (await rita.get("/dashboard/crm")).status, { timeout: 10_000 }).toBe(302);
  await Visitor.signIn(product.origin, "rita@example.test", "silver anchor tulip");
});

test("S27 a start of a server that has people prints no link, and no token was kept", async () => {
  const token = new URL(linkIn(product.output)).searchParams.get("token")!;
  product.signal("SIGTERM");
  expect(await product.ended()).toBe(0);
  const handle = await openDatabase({ dataDir: product.dataDir });
  expect(await handle.sql`select * from setup_link`).toHaveLength(0);
  await handle.close();
  const dumps = readdirSync(`${product.dataDir}-backups`).map((name) =>
    readFileSync(join(`${product.dataDir}-backups`, name)),
  );
  expect(dumps.length).toBeGreaterThan(0);
  expect(product.output.split(token)).toHaveLength(2);
  expect(createHash("sha256").update(token).digest("base64url")).not.toBe(token);
  product = await RunningProduct.start({ dataDir: product.dataDir });
  expect(product.output).not.toContain("setup?token");
});

test("S60 verify-audit says that the chain is whole, and does not touch a directory in use", async () => {
  const run = (dataDir: string): Promise<{ code: number; output: string }> =>
    promisify(execFile)(process.execPath, [join(packageRoot(), "build", "command.js"), "verify-audit"], {
      env: { PATH: process.env.PATH ?? "", DATA_DIR: dataDir, NODE_ENV: "production" },
    }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        output: error.stdout + error.stderr,
      }),
    );
  const inUse = await run(product.dataDir);
  expect(inUse).toMatchObject({ code: 2, output: expect.stringContaining("is in use by process") as string });
  product.signal("SIGTERM");
  await product.ended();
  expect(product.output).toContain('"auditHead"');
  expect(await run(product.dataDir)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^intact .*Example Ltd: \d+ events/) as string,
  });
  const handle = await openDatabase({ dataDir: product.dataDir });
  await handle.sql`update event_log set type = 'deal.forged' where workspace_seq = 2`;
  await handle.close();
  expect(await run(product.dataDir)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^BROKEN .*at event 2/) as string,
  });
  expect(await run(join(product.dataDir, "none"))).toMatchObject({ code: 2 });
});
