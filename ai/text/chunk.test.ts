import { expect, test } from "vitest";
import { chunkFactCard, chunkNote, chunkProse, chunkRoom, chunkTurns, CHUNK_WORDS } from "./chunk.ts";
import { countWords } from "./tokenize.ts";
import { parseTurns } from "./turns.ts";

const sentence = (n: number) => `Sentence number ${n} speaks about topic ${(n * 7919) % 613} in a few plain words.`;
const longText = (count: number) => Array.from({ length: count }, (_, n) => sentence(n)).join(" ");

test("prose is cut on sentence bounds into verbatim pieces of bounded size that cover everything", () => {
  const source = longText(400);
  const chunks = chunkProse(source);
  for (const chunk of chunks) {
    expect(source.slice(chunk.charFrom, chunk.charTo)).toBe(chunk.body);
    expect(countWords(chunk.body)).toBeLessThanOrEqual(CHUNK_WORDS.most);
    expect(chunk.body).toMatch(/\.$/);
  }
  expect(chunks.map((chunk) => chunk.body).join(" ")).toBe(source);
  const mean = countWords(source) / chunks.length;
  expect(mean).toBeGreaterThan(CHUNK_WORDS.least);
});

test("an edit at the front leaves nearly all chunks of a long text as they were", () => {
  const before = new Set(chunkProse(longText(600)).map((chunk) => chunk.body));
  const after = chunkProse(`A new opening line was added here. ${longText(600)}`);
  expect(after.filter((chunk) => !before.has(chunk.body)).length).toBeLessThanOrEqual(4);
});

test("a text without points is cut between words", () => {
  const chunks = chunkProse("word ".repeat(1000));
  expect(chunks).toHaveLength(5);
  expect(chunks.map((chunk) => countWords(chunk.body)).reduce((a, b) => a + b)).toBe(1000);
});

test("a note is one chunk, a fact card lists the fields that have a value", () => {
  expect(chunkNote("  One thought. Another. ")).toMatchObject([{ seq: 0, body: "One thought. Another.", charFrom: 2 }]);
  expect(chunkNote("   ")).toEqual([]);
  expect(
    chunkFactCard([
      { label: "Stage", value: "Proposal" },
      { label: "Next step", value: " " },
    ])[0]?.body,
  ).toBe("Stage: Proposal");
});

test("a call becomes groups of three to six turns with their start time", () => {
  const source = Array.from(
    { length: 10 },
    (_, n) => `[00:0${n}:30] ${n % 2 ? "Dana Fox" : "Lee"}: turn ${n} is short`,
  ).join("\n");
  const chunks = chunkTurns(parseTurns(source) ?? []);
  expect(chunks.map((chunk) => chunk.body.split("\n").length)).toEqual([6, 4]);
  expect(chunks[1]).toMatchObject({ seq: 1, startSeconds: 390 });
  expect(source.slice(chunks[1]?.charFrom, chunks[1]?.charTo)).toMatch(/^\[00:06:30\] Lee: turn 6/);
});

test("a fact sheet is not mistaken for a conversation", () => {
  expect(parseTurns("Stage: Proposal\nAmount: 5\nOwner: Dana")).toBeUndefined();
  expect(parseTurns("Hello there.\nNo speakers here.")).toBeUndefined();
});

test("an edit in one block of a room changes that block's chunk alone", () => {
  const blocks = [
    { id: "a", path: "Competition", text: "Globex is in." },
    { id: "b", path: "", text: "" },
    { id: "c", path: "Next", text: "Call Lee." },
  ];
  const before = chunkRoom(blocks);
  const after = chunkRoom(
    blocks.map((block) => (block.id === "c" ? { ...block, text: "Call Lee on Friday." } : block)),
  );
  expect(before.map((chunk) => chunk.blockId)).toEqual(["a", "c"]);
  expect(after[0]).toEqual(before[0]);
  expect(after[1]?.body).toBe("Call Lee on Friday.");
});
