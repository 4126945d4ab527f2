import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postLogin, Visitor } from "./support/http.ts";
import { delay, RunningProduct } from "./support/running-product.ts";
import { PASSWORD, seededDirectory, type Seed } from "./support/seeded-directory.ts";

let product: RunningProduct;
let seed: Seed;

beforeAll(async () => {
  const made = await seededDirectory();
  seed = made.seed;
  product = await RunningProduct.start({ dataDir: made.dataDir });
});
afterAll(() => product.remove());

/** A sign-in from an address of this machine's own network. */
function attemptFrom(address: string, email: string, password: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `http://127.0.0.1:${product.port}/login`,
      {
        method: "POST",
        localAddress: address,
        agent: false,
        headers: { origin: product.origin, "content-type": "application/x-www-form-urlencoded" },
      },
      (incoming) => {
        let text = "";
        incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(new URLSearchParams({ email, password }).toString());
  });
}

/** Goes on with wrong passwords until the product asks for a pause of at least so many seconds. */
async function failUntilDelayed(address: string, nextEmail: () => string, seconds: number): Promise<void> {
  for (;;) {
    const { text } = await attemptFrom(address, nextEmail(), "a wrong password");
    const wait = Number(/Try again in (\d+) s/.exec(text)?.[1] ?? 0);
    if (wait >= seconds) return;
    await delay(wait * 1000);
  }
}

const count = (answers: { status: number }[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;
const alertOf = (text: string): string =>
  /role="alert"[^]*?<\/div><\/div>/.exec(text)?.[0].replace(/<[^>]+>|mantine-\w+/g, "") ?? "";

test("S24 guesses at the same moment are counted like guesses one after the other", async () => {
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, n) => attemptFrom("127.0.0.2", seed.mine.emails.peer, `wrong guess number ${n}`)),
  );
  expect(count(guesses, 401)).toBeLessThanOrEqual(6);
  expect(count(guesses, 401) + count(guesses, 429)).toBe(40);
  expect(guesses.find(({ status }) => status === 429)!.text).toContain("Too many failed sign-ins. Try again in");
});

test("S24 while a pair waits the right password is answered like a wrong one", async () => {
  await failUntilDelayed("127.0.0.2", () => seed.mine.emails.peer, 7);
  const [right, wrong] = [
    await attemptFrom("127.0.0.2", seed.mine.emails.peer, PASSWORD),
    await attemptFrom("127.0.0.2", seed.mine.emails.peer, "a wrong password"),
  ];
  expect([right.status, wrong.status]).toEqual([429, 429]);
  expect(alertOf(right.text).replace(/\d+/g, "n")).toBe(alertOf(wrong.text).replace(/\d+/g, "n"));
});

test("S24 the owner of an account under attack signs in from his own address", async () => {
  expect((await attemptFrom("127.0.0.3", seed.mine.emails.peer, PASSWORD)).status).toBe(302);
});

test("S25 an unknown address is answered like a wrong password", async () => {
  const unknown = await attemptFrom("127.0.0.4", "nobody@test.example", "a wrong password");
  const wrong = await attemptFrom("127.0.0.4", seed.mine.emails.manager, "a wrong password");
  expect([unknown.status, wrong.status]).toEqual([401, 401]);
  expect(alertOf(unknown.text)).toBe(alertOf(wrong.text));
  expect(alertOf(unknown.text)).toContain("The e-mail address or the password is wrong.");
});

test(
  "S24 a flood from one address is held there, in bounded memory, while others sign in",
  { timeout: 240_000 },
  async () => {
    const before = product.residentMb;
    const flood = Promise.all(
      Array.from({ length: 400 }, (_, n) => attemptFrom("127.0.0.5", `flood-${n}@test.example`, "a wrong password")),
    );
    const colleague = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
    const answers = await flood;
    expect(count(answers, 401)).toBeLessThanOrEqual(60);
    expect(count(answers, 401) + count(answers, 429)).toBe(400);
    expect((await colleague.query<{ name: string }>("users.me")).name).toBe("Rolf Rep");
    expect(product.residentMb - before).toBeLessThan(400);
  },
);

test("S24 a delay outlives a restart", { timeout: 240_000 }, async () => {
  await failUntilDelayed("127.0.0.5", () => `more-${Math.random()}@test.example`, 60);
  expect((await attemptFrom("127.0.0.5", seed.mine.emails.rep, PASSWORD)).status).toBe(429);
  product.signal("SIGTERM");
  await product.ended();
  product = await RunningProduct.start({ dataDir: product.dataDir, port: product.port });
  expect((await attemptFrom("127.0.0.5", seed.mine.emails.rep, PASSWORD)).status).toBe(429);
  expect((await postLogin(product.origin, seed.mine.emails.rep, PASSWORD)).status).toBe(302);
});

test("S07 S22 changing the password needs the current one, ends the other sessions, and the old one is dead", async () => {
  const email = seed.mine.emails.manager;
  const [here, there] = [
    await Visitor.signIn(product.origin, email, PASSWORD),
    await Visitor.signIn(product.origin, email, PASSWORD),
  ];
  const next = "violet kettle orbit";
  expect((await here.post("auth.changePassword", { current: "not the password", next })).status).toBe(422);
  for (const weak of [
    "short",
    "passwordpassword",
    "123456789012",
    "Mona Manager 2026",
    "ringside-demo-123",
    "aaaaaaaaaaaaaaaa",
  ])
    expect((await here.post("auth.changePassword", { current: PASSWORD, next: weak })).status, weak).toBe(422);
  await here.mutate("auth.changePassword", { current: PASSWORD, next });
  await expect.poll(async () => (await there.get("/dashboard/crm")).status, { timeout: 10_000 }).toBe(302);
  expect((await here.get("/dashboard/crm")).status).toBe(200);
  expect((await postLogin(product.origin, email, PASSWORD)).status).toBe(401);
  expect((await postLogin(product.origin, email, next)).status).toBe(302);
});
