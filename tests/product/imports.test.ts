import { afterAll, beforeAll, expect, test } from "vitest";
import { Visitor } from "./support/http.ts";
import { delay, RunningProduct } from "./support/running-product.ts";
import { PASSWORD, seededDirectory, type Seed } from "./support/seeded-directory.ts";

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

interface Run {
  state: string;
  totals: Record<string, number> | null;
  importedBefore: unknown;
}

async function runImport(body: string | Uint8Array, mapping: Record<string, string> = { Name: "name" }): Promise<Run> {
  const answer = await rep.upload("accounts.csv", body);
  expect(answer.status, answer.text).toBe(201);
  const { runId } = JSON.parse(answer.text) as { runId: string };
  const settle = async (state: string): Promise<Run> => {
    for (;;) {
      const run = await rep.query<Run>("imports.get", { runId });
      if (run.state === state) return run;
      if (run.state === "failed") throw new Error("The import failed");
      await delay(100);
    }
  };
  await rep.mutate("imports.check", { runId, mapping });
  await settle("checked");
  await rep.mutate("imports.start", { runId });
  return settle("done");
}

const rowsOf = async function* (bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from("Name,City,Notes\n");
  const block = Buffer.from("Some company of a long list,Springfield,nothing to say\n".repeat(4096));
  for (let sent = 0; sent < bytes; sent += block.length) {
    yield block;
    await Promise.resolve();
  }
};

test(
  "S46 a file over 100 MB is refused, whether it says its size or not, and nothing of it is kept",
  { timeout: 300_000 },
  async () => {
    const said = await rep
      .upload("large.csv", "Name\n", { "content-length": String(101 * 1024 * 1024) })
      .catch(() => undefined);
    if (said) expect(said.status).toBe(413);
    const before = await rep.query<unknown[]>("imports.list");
    const unsaid = await rep.upload("large.csv", rowsOf(101 * 1024 * 1024)).catch(() => undefined);
    if (unsaid) {
      expect([413, 422]).toContain(unsaid.status);
      expect(unsaid.text).toContain("larger than 100 MB");
    }
    expect(await rep.query<unknown[]>("imports.list")).toEqual(before);
  },
);

test(
  "S46 S66 a file of 90 MB streams in bounded memory, and others are served meanwhile",
  { timeout: 300_000 },
  async () => {
    const before = product.residentMb;
    let highest = 0;
    let isUploading = true;
    let served = 0;
    const uploading = rep.upload("ninety.csv", rowsOf(90 * 1024 * 1024)).finally(() => (isUploading = false));
    const manager = await Visitor.signIn(product.origin, seed.mine.emails.manager, PASSWORD);
    while (isUploading) {
      await manager.query("accounts.list", {});
      if (isUploading) served++;
      highest = Math.max(highest, product.residentMb);
    }
    expect((await uploading).status).toBe(201);
    expect(served).toBeGreaterThan(3);
    expect(highest - before).toBeLessThan(300);
  },
);

test("malformed CSV: rows that do not fit are reported, the others are imported", { timeout: 120_000 }, async () => {
  const { totals } = await runImport(
    'Name,City\nGood one,Oslo\nshort\n"quoted, with comma","Ber""lin"\ntoo,many,cells,here\n"never closed,Paris\n',
  );
  expect(totals!.created).toBeGreaterThanOrEqual(2);
  expect(totals!.failed).toBeGreaterThanOrEqual(2);
});

test("encodings: UTF-8 with a mark, UTF-16 and Windows-1252 keep their letters", { timeout: 120_000 }, async () => {
  const files: [string, Uint8Array][] = [
    ["Ångström Öl", Buffer.from("\ufeffName\nÅngström Öl\n", "utf8")],
    ["Žižkov Łódź", Buffer.from("\ufeffName\nŽižkov Łódź\n", "utf16le")],
    ["Müller & Söhne", Buffer.from("Name\nMüller & Söhne\nCafé René Crème brûlée à la carte\n", "latin1")],
  ];
  for (const [name, bytes] of files) {
    await runImport(bytes);
    const { rows } = await rep.query<{ rows: { name: string }[] }>("accounts.list", { query: name });
    expect(rows.map((row) => row.name)).toEqual([name]);
  }
});

test("the same file twice says so and makes no record twice", { timeout: 120_000 }, async () => {
  const file = "Name\nTwice One\nTwice Two\n";
  expect((await runImport(file)).totals).toMatchObject({ created: 2 });
  const again = await runImport(file);
  expect(again.importedBefore).not.toBeNull();
  expect(again.totals).toMatchObject({ created: 0 });
  const { rows } = await rep.query<{ rows: unknown[] }>("accounts.list", { query: "Twice" });
  expect(rows).toHaveLength(2);
});

test("S46 what is no table is refused in plain words", async () => {
  for (const [name, body, type] of [
    ["nothing", "", "text/csv"],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 1, 2, 3]), "text/csv"],
    ["only NULs", Buffer.alloc(2000), "text/csv"],
  ] as const) {
    const answer = await rep.upload("x.csv", body, { "content-type": type });
    expect(answer.status, name).toBe(422);
    expect((JSON.parse(answer.text) as { error: string }).error.length).toBeGreaterThan(10);
  }
});
