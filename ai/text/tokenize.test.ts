import { expect, test } from "vitest";
import { stem } from "./stem.ts";
import { lexemes, tokenize } from "./tokenize.ts";

test("accents, case and typographic apostrophes do not make a different word", () => {
  expect(lexemes("Zürich’s café")).toEqual(lexemes("ZURICH'S CAFE"));
});

test("offsets point at the words of the original text", () => {
  const text = "Der Preis beträgt €1,200.50 für Müller’s 3 Server.";
  for (const token of tokenize(text)) expect(text.slice(token.from, token.to)).toBe(token.raw);
  expect(tokenize(text).map((token) => token.lexeme)).toContain("1200.50");
});

test("forms of one English word share a lexeme; different words do not", () => {
  for (const family of [
    ["price", "prices", "pricing", "priced"],
    ["plan", "plans", "planned", "planning"],
    ["company", "companies"],
    ["call", "called", "calling"],
  ]) {
    expect(new Set(family.map(stem)).size, family.join()).toBe(1);
  }
  for (const [a, b] of [
    ["business", "busy"],
    ["red", "reed"],
    ["status", "state"],
    ["mars", "march"],
  ] as const) {
    expect(stem(a)).not.toBe(stem(b));
  }
  expect(stem("q4")).toBe("q4");
});

test("Chinese and Japanese text is searchable by pairs of characters", () => {
  expect(lexemes("価格が高い")).toEqual(["価格", "格が", "が高", "高い"]);
  expect(lexemes("ACME株式会社")).toEqual(["acme", "株式", "式会", "会社"]);
});

test("stop words, single letters and encoded blobs are not indexed", () => {
  expect(lexemes(`what is the s of ${"a1b2".repeat(20)} budget`)).toEqual(["budget"]);
});

test("any string is accepted", () => {
  for (const text of ["", "\u0000", "\ud800", "👩‍👩‍👧 ok", "\u202eabc", "a".repeat(100_000)])
    expect(() => lexemes(text)).not.toThrow();
});
