import { expect, test } from "vitest";
import { inverseDocumentFrequency, postingsOf, termWeight } from "./bm25.ts";
import { fuseRankings } from "./fuse.ts";
import { diversify, overlap } from "./mmr.ts";
import { recencyWeight } from "./recency.ts";

test("BM25: more occurrences weigh more but saturate, longer chunks weigh less, rare terms more", () => {
  expect(termWeight(2, 100)).toBeGreaterThan(termWeight(1, 100));
  expect(termWeight(50, 100)).toBeLessThan(2.2);
  expect(termWeight(1, 300)).toBeLessThan(termWeight(1, 60));
  expect(inverseDocumentFrequency(2, 1000)).toBeGreaterThan(inverseDocumentFrequency(500, 1000));
  expect(inverseDocumentFrequency(1200, 1000)).toBeGreaterThan(0);
  expect([...postingsOf(["a", "b", "a"]).keys()]).toEqual(["a", "b"]);
});

test("fusion: found by both beats found by one, weights count, ties go by id", () => {
  const fused = fuseRankings([
    { ids: ["x", "y"], weight: 1 },
    { ids: ["y", "z"], weight: 0.25 },
  ]);
  expect(fused.map(({ id }) => id)).toEqual(["y", "x", "z"]);
  expect(
    fuseRankings([
      { ids: ["b"], weight: 1 },
      { ids: ["a"], weight: 1 },
    ]).map(({ id }) => id),
  ).toEqual(["a", "b"]);
});

test("diversify: near-duplicates are left out and a different item is preferred to a second alike", () => {
  const items = [
    { id: "a", words: new Set(["p", "q", "r"]), r: 1 },
    { id: "a2", words: new Set(["p", "q", "r"]), r: 0.99 },
    { id: "b", words: new Set(["p", "q", "s"]), r: 0.8 },
    { id: "c", words: new Set(["t", "u"]), r: 0.7 },
  ];
  const picked = diversify(items, {
    count: 3,
    relevance: (item) => item.r,
    similarity: (x, y) => overlap(x.words, y.words),
  });
  expect(picked.map(({ id }) => id)).toEqual(["a", "c", "b"]);
});

test("recency halves in ninety days and never exceeds one", () => {
  const now = new Date("2026-04-01");
  expect(recencyWeight(new Date("2026-01-01"), now)).toBeCloseTo(0.5);
  expect(recencyWeight(new Date("2026-05-01"), now)).toBe(1);
});
