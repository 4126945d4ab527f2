import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "#db/package-root.ts";
import { appRouter } from "#server/trpc/router.ts";
import { postLogin, send, Visitor } from "./support/http.ts";
import { RunningProduct } from "./support/running-product.ts";
import { FOREIGN_MARK, PASSWORD, seededDirectory, type Seed } from "./support/seeded-directory.ts";
import { openSocket, whenClosed } from "./support/sockets.ts";

let product: RunningProduct;
let seed: Seed;
let rep: Visitor;

beforeAll(async () => {
  const made = await seededDirectory();
  seed = made.seed;
  product = await RunningProduct.start({ dataDir: made.dataDir });
  rep = await Visitor.signIn(product.origin, seed.mine.emails.rep, PASSWORD);
});
afterAll(() => product.remove());

const socketUrl = (path: string): string => `ws://localhost:${product.port}${path}`;
/** Words that only a program's insides use. */
const INSIDES =
  /at .*\.(js|ts):\d|Failed query|select .* from|insert into|postgres|node_modules|TRPCError|ZodError|\/work\//i;

describe("S09 changes come from our own pages only", () => {
  const foreign: [string, Record<string, string>][] = [
    ["another site", { origin: "https://evil.example" }],
    ["a sibling subdomain", { origin: "http://evil.localhost" }],
    ["the same host on another port", { origin: "http://localhost:1" }],
    ["null", { origin: "null" }],
    ["no Origin at all", {}],
    ["cross-site by the browser's own word", { "sec-fetch-site": "cross-site" }],
    ["our origin from another site", { origin: "SELF", "sec-fetch-site": "same-site" }],
    ["a spoofed forwarded host", { origin: "https://evil.example", "x-forwarded-host": "evil.example" }],
    ["a spoofed host", { origin: "https://evil.example", host: "evil.example" }],
  ];
  for (const [name, headers] of foreign) {
    for (const path of [
      "/trpc/notifications.markRead",
      "/login",
      "/logout",
      "/api/imports?recordType=account&fileName=x",
    ]) {
      test(`S09 ${path.split("?")[0]} refuses ${name}`, async () => {
        const own = headers.origin === "SELF" ? { ...headers, origin: product.origin } : headers;
        for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
          const answer = await send(`${product.origin}${path}`, {
            method,
            headers: {
              cookie: rep.cookie,
              "x-ringside": "1",
              "content-type": "application/json",
              "content-length": "2",
              ...own,
            },
            body: "{}",
          });
          expect(answer.status, method).toBe(403);
        }
        expect((await rep.query<{ userId: string }>("users.me")).userId).toBe(seed.mine.scene.user);
      });
    }
  }

  test("S12 sockets open for our own pages and signed-in people only", async () => {
    const room = `/rooms/${seed.mine.scene.room}`;
    for (const path of ["/trpc", room]) {
      for (const origin of ["https://evil.example", "null", "http://localhost:1", `${product.origin}.evil.example`])
        expect((await openSocket(socketUrl(path), { origin, cookie: rep.cookie })).status, `${path} ${origin}`).toBe(
          403,
        );
      expect((await openSocket(socketUrl(path), { cookie: rep.cookie })).status, `${path} no origin`).toBe(403);
      expect((await openSocket(socketUrl(path), { origin: product.origin })).status, `${path} nobody`).toBe(401);
      const { status, socket } = await openSocket(socketUrl(path), { origin: product.origin, cookie: rep.cookie });
      expect(status, path).toBe(101);
      socket!.terminate();
    }
    expect((await openSocket(socketUrl("/other"), { origin: product.origin, cookie: rep.cookie })).status).toBe(404);
  });

  test("S10 a change is JSON with our header; forms and plain text are not read", async () => {
    const post = (headers: Record<string, string>): ReturnType<typeof send> =>
      send(`${product.origin}/trpc/notifications.markRead`, {
        method: "POST",
        headers: { cookie: rep.cookie, origin: product.origin, ...headers },
        body: "{}",
      });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
      expect((await post({ "content-type": type, "x-ringside": "1" })).status, type).toBe(415);
    expect((await post({ "x-ringside": "1" })).status).toBe(415);
    expect((await post({ "content-type": "application/json" })).status).toBe(400);
    expect((await post({ "content-type": "application/json", "x-ringside": "1" })).status).toBe(200);
  });
});

describe("S34 S35 what is not a procedure", () => {
  test("S34 no procedure answers over HTTP to a stranger", async () => {
    const open: string[] = [];
    for (const [name, { _def }] of Object.entries(
      appRouter._def.procedures as unknown as Record<string, { _def: { type: string; meta: { permission: string } } }>,
    )) {
      if (_def.type === "subscription" || _def.meta.permission === "public") continue;
      const isQuery = _def.type === "query";
      const answer = await send(`${product.origin}/trpc/${name}`, {
        method: isQuery ? "GET" : "POST",
        headers: {
          "x-ringside": "1",
          origin: product.origin,
          ...(isQuery ? {} : { "content-type": "application/json" }),
        },
        ...(isQuery ? {} : { body: "{}" }),
      });
      if (answer.status !== 401) open.push(`${name}: ${answer.status}`);
    }
    expect(open).toEqual([]);
  });

  test("S34 an upload needs somebody signed in", async () => {
    const answer = await send(`${product.origin}/api/imports?recordType=account&fileName=x.csv`, {
      method: "POST",
      headers: { origin: product.origin, "content-type": "text/csv" },
      body: "Name\nx\n",
    });
    expect(answer.status).toBe(401);
  });

  test("S35 another workspace's room opens for nobody, by cookie, ticket or id alone", async () => {
    const own = { origin: product.origin, cookie: rep.cookie };
    const foreign = await openSocket(socketUrl(`/rooms/${seed.theirs.scene.room}`), own);
    const nobodys = await openSocket(socketUrl(`/rooms/${randomUUID()}`), own);
    expect([foreign.status, nobodys.status]).toEqual([404, 404]);
    const { ticket } = await rep.mutate<{ ticket: string }>("rooms.ticket", { roomId: seed.mine.scene.room });
    expect((await openSocket(socketUrl(`/rooms/${seed.theirs.scene.room}?ticket=${ticket}`), {})).status).toBe(401);
    const taken = await openSocket(socketUrl(`/rooms/${seed.mine.scene.room}?ticket=${ticket}`), {});
    expect(taken.status).toBe(101);
    taken.socket!.terminate();
    expect((await openSocket(socketUrl(`/rooms/${seed.mine.scene.room}?ticket=${ticket}`), {})).status).toBe(401);
  });

  test("S35 every page of a foreign record is the page of a record that is not there", async () => {
    const kinds: Record<string, keyof Seed["mine"]["scene"]> = {
      accountId: "account",
      contactId: "contact",
      opportunityId: "opportunity",
      leadId: "lead",
      // `/open/<type>/<id>` leads to the record that holds a text.
      id: "room",
    };
    const peer = await Visitor.signIn(product.origin, seed.mine.emails.otherRep, PASSWORD);
    const routes = readdirSync(join(packageRoot(), "app", "routes")).filter((name) => name.includes("$"));
    expect(routes.length).toBeGreaterThan(3);
    for (const route of routes) {
      const pathFor = (idOf: (kind: keyof Seed["mine"]["scene"]) => string): string =>
        route
          .split(".")
          .filter((part) => !part.startsWith("_"))
          .map((part) => {
            if (part === "$type") return "room";
            if (!part.startsWith("$")) return part;
            const kind = kinds[part.slice(1)];
            if (!kind) throw new Error(`What does ${part} of ${route} name? Say so in the list of kinds.`);
            return idOf(kind);
          })
          .join("/");
      const foreign = await rep.get(`/${pathFor((kind) => seed.theirs.scene[kind])}`);
      const hidden = await peer.get(`/${pathFor((kind) => seed.mine.scene[kind])}`);
      const nobodys = await rep.get(`/${pathFor(() => randomUUID())}`);
      const own = await rep.get(`/${pathFor((kind) => seed.mine.scene[kind])}`);
      const found = route.endsWith(".$type.$id") ? 302 : 200;
      expect([own.status, foreign.status, hidden.status, nobodys.status], route).toEqual([found, 404, 404, 404]);
      expect(foreign.text, route).not.toContain(FOREIGN_MARK);
      expect(hidden.text, route).not.toContain("own deal");
      // Remix also answers a loader alone.
      const data = await rep.get(
        `/${pathFor((kind) => seed.theirs.scene[kind])}?_data=${encodeURIComponent(`routes/${route}`)}`,
      );
      expect(data.status, route).toBe(404);
      expect(data.text, route).not.toContain(FOREIGN_MARK);
    }
  });
});

describe("S16 S17 headers", () => {
  test("S17 security headers stand on pages, errors, assets and refusals", async () => {
    const page = await send(`${product.origin}/login`);
    const asset = /\/assets\/[^"]+\.js/.exec(page.text)![0];
    for (const path of [
      "/login",
      "/dashboard/crm",
      "/nowhere/at/all",
      asset,
      "/assets/none.js",
      "/healthz",
      "/trpc/users.me",
      "/trpc/%zz",
    ]) {
      const { headers } = await send(`${product.origin}${path}`);
      expect(headers, path).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
      expect(headers["referrer-policy"], path).toBeDefined();
      expect(headers["access-control-allow-origin"], path).toBeUndefined();
      expect(headers["x-powered-by"], path).toBeUndefined();
    }
    const refused = await send(`${product.origin}/login`, { method: "POST", body: "x" });
    expect(refused.headers["x-content-type-options"]).toBe("nosniff");
  });

  test("S16 every script of a page carries the nonce of that one answer", async () => {
    const nonces = new Set<string>();
    for (const path of [
      "/login",
      "/dashboard/crm",
      `/apps/crm/opportunities/${seed.mine.scene.opportunity}/room`,
      "/apps/crm/accounts/none",
    ]) {
      const { headers, text } = await rep.get(path);
      const policy = String(headers["content-security-policy"]);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
      if (text === "") continue;
      expect(policy, path).toContain("object-src 'none'");
      expect(policy, path).not.toMatch(/script-src[^;]*unsafe/);
      const scripts = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
      expect(scripts.length, path).toBeGreaterThan(0);
      expect(
        scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
        path,
      ).toEqual([]);
      expect(nonces.has(nonce)).toBe(false);
      nonces.add(nonce);
    }
    expect(nonces.size).toBeGreaterThan(1);
  });

  test("S02 S19 the session's cookie is out of scripts' reach and its pages are not stored", async () => {
    const { headers } = await postLogin(product.origin, seed.mine.emails.rep, PASSWORD);
    const cookie = headers["set-cookie"]![0]!;
    expect(cookie).toMatch(/^ringside_session=[^;]{30,}; HttpOnly; SameSite=Lax; Path=\/; Expires=/);
    expect(cookie).not.toMatch(/Domain=/i);
    for (const path of ["/dashboard/crm", "/trpc/users.me"]) {
      const answer = await send(`${product.origin}${path}`, { headers: { cookie: rep.cookie, "x-ringside": "1" } });
      expect(answer.headers["cache-control"], path).toBe("no-store");
    }
  });
});

describe("S20 sign-in goes on inside the product only", () => {
  const evil = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%2f/evil.example",
    "/%5cevil.example",
    "%2f%2fevil.example",
    "/%252f%252fevil.example",
    "\\\\evil.example",
    "/\n/evil.example",
    "///evil.example",
    "/./\\evil.example",
    "http:/\\/evil.example",
    "/@evil.example/..//evil.example",
    ".evil.example",
    "@evil.example",
  ];
  for (const next of evil) {
    test(`S20 ?next=${JSON.stringify(next)}`, async () => {
      const path = `/login?next=${encodeURIComponent(next)}`;
      const afterSignIn = await postLogin(product.origin, seed.mine.emails.rep, PASSWORD, path);
      const alreadyIn = await rep.get(path);
      for (const { status, headers } of [afterSignIn, alreadyIn]) {
        expect(status).toBe(302);
        const place = new URL(headers.location!, product.origin);
        expect(place.origin).toBe(product.origin);
        expect(headers.location).toMatch(/^\/(?![/\\])/);
      }
    });
  }
  test("S20 a place of ours is kept", async () => {
    const { headers } = await postLogin(
      product.origin,
      seed.mine.emails.rep,
      PASSWORD,
      "/login?next=%2Finbox%3Ftab%3Ddone",
    );
    expect(headers.location).toBe("/inbox?tab=done");
  });
});

describe("S62 hostile bodies", () => {
  const bodies: [string, string][] = [
    ["no JSON", "{"],
    ["a bare word", "true"],
    ["null", "null"],
    ["a list", "[]"],
    ["deep nesting", "[".repeat(50_000)],
    ["a poisoned prototype", '{"accountId":"x","__proto__":{"admin":true}}'],
    ["a NUL in a text", JSON.stringify({ name: "a\u0000b" })],
    ["half a surrogate pair", '{"name":"\\ud800"}'],
    ["a number where a text belongs", '{"name":12}'],
    ["a number too large", '{"name":"x","employees":1e400}'],
    ["SQL in an id", JSON.stringify({ accountId: "1' or '1'='1", version: 1, changes: {} })],
  ];
  for (const [name, body] of bodies) {
    test(`S62 ${name} is refused in plain words`, async () => {
      for (const procedure of ["accounts.create", "accounts.update"]) {
        const answer = await send(`${product.origin}/trpc/${procedure}`, {
          method: "POST",
          headers: {
            cookie: rep.cookie,
            origin: product.origin,
            "x-ringside": "1",
            "content-type": "application/json",
          },
          body,
        });
        expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(answer.text).not.toMatch(INSIDES);
      }
    });
  }

  test("S62 malformed addresses and queries are refused in plain words", async () => {
    for (const path of [
      "/trpc/users.me?input=%7B",
      "/trpc/none.none",
      "/trpc/accounts.get?input=%22x%22",
      "/trpc/a,b,c?batch=1&input=x",
      "/apps/crm/accounts/not-an-id",
      "/apps/crm/accounts/%00",
      "/apps/crm/opportunities?cursor=x",
      "/%",
      "/%c0%ae%c0%ae/etc/passwd",
      "/assets/..%2f..%2fpackage.json",
      "/assets/%2e%2e/%2e%2e/index.js",
      "/apps/crm/accounts?cursor=x&query=%00",
    ]) {
      const answer = await send(`${product.origin}${path}`, { headers: { cookie: rep.cookie, "x-ringside": "1" } });
      expect(answer.status, `${path} ${answer.text.slice(0, 300)}`).toBeLessThan(500);
      expect(answer.text, path).not.toMatch(/at .*\.(js|ts):\d|Failed query|"dependencies"|root:/);
    }
  });

  test("S62 a batch of hundreds and a body of megabytes are refused", async () => {
    const names = Array.from({ length: 500 }, () => "users.me").join(",");
    expect(
      (
        await send(`${product.origin}/trpc/${names}?batch=1&input=%7B%7D`, {
          headers: { cookie: rep.cookie, "x-ringside": "1" },
        })
      ).status,
    ).toBe(400);
    const big = JSON.stringify({ name: "x".repeat(3 * 1024 * 1024) });
    expect((await rep.post("accounts.create", JSON.parse(big))).status).toBe(413);
    const headers = { origin: product.origin, "content-type": "application/x-www-form-urlencoded" };
    expect(
      (await send(`${product.origin}/login`, { method: "POST", headers, body: `email=${"x".repeat(1024 * 1024)}` }))
        .status,
    ).toBe(413);
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 40; sent++) yield await Promise.resolve(Buffer.alloc(256 * 1024, "x"));
    }
    const chunked = await send(`${product.origin}/trpc/accounts.create`, {
      method: "POST",
      headers: { cookie: rep.cookie, origin: product.origin, "x-ringside": "1", "content-type": "application/json" },
      body: endless(),
    }).catch(() => ({ status: 413 }));
    expect(chunked.status).toBe(413);
  });

  test("S62 methods that nothing here answers to, and headers of a megabyte", async () => {
    for (const method of ["TRACE", "PROPFIND"])
      expect(
        (await send(`${product.origin}/login`, { method, headers: { origin: product.origin } })).status,
      ).toBeGreaterThanOrEqual(400);
    const answer = await send(`${product.origin}/login`, { headers: { "x-large": "x".repeat(1024 * 1024) } }).catch(
      () => ({ status: 431 }),
    );
    expect(answer.status).toBe(431);
  });
});

test(
  "S04 S08 signing out everywhere else ends other sessions and closes their sockets",
  { timeout: 60_000 },
  async () => {
    const [here, there] = [
      await Visitor.signIn(product.origin, seed.mine.emails.manager, PASSWORD),
      await Visitor.signIn(product.origin, seed.mine.emails.manager, PASSWORD),
    ];
    const paths = ["/trpc", `/rooms/${seed.mine.scene.room}?x=1&schema=1`];
    const sockets = await Promise.all(
      paths.map((path) => openSocket(socketUrl(path), { origin: product.origin, cookie: there.cookie })),
    );
    const kept = await openSocket(socketUrl("/trpc"), { origin: product.origin, cookie: here.cookie });
    const closed = Promise.all(sockets.map(({ socket }) => whenClosed(socket!)));
    expect(await here.mutate<number>("auth.signOutEverywhereElse")).toBe(1);
    expect(await closed).toEqual([4401, 4401]);
    expect(kept.socket!.readyState).toBe(1);
    kept.socket!.terminate();
    await expect.poll(async () => (await there.get("/dashboard/crm")).status, { timeout: 10_000 }).toBe(302);
    expect(
      (await send(`${product.origin}/trpc/users.me`, { headers: { cookie: there.cookie, "x-ringside": "1" } })).status,
    ).toBe(401);
    expect((await here.query<{ name: string }>("users.me")).name).toBe("Mona Manager");
  },
);
