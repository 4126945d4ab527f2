import { expect, test } from "vitest";
import { NOW, textPassage } from "#tests/setup/ai-facts.ts";
import { stem } from "../text/stem.ts";
import { extractAnswer } from "./extract.ts";
import { readIntent } from "./intents.ts";

const passages = [
  textPassage("a", "The weather was fine. Lee finds the price of the licence too high. We talked about golf."),
  textPassage("b", "Security questionnaire sent."),
];
const ask = (...words: [string, number][]) =>
  extractAnswer({ terms: new Map(words.map(([word, idf]) => [stem(word), idf])), passages, now: NOW });

test("A4.3 the answer is a verbatim sentence with its passage", () => {
  const answer = ask(["price", 3], ["licence", 4]);
  expect(answer.label).toBe("Extracted (no AI model)");
  expect(answer.sections[0]?.claims).toMatchObject([
    { text: "Lee finds the price of the licence too high.", evidence: [1], confidence: "high" },
  ]);
  expect(answer.evidence).toMatchObject([
    { n: 1, type: "activity", id: "a", quote: "Lee finds the price of the licence too high.", author: "Lee Wong" },
  ]);
});

test("A4.3 too little of the question found: nothing is shown and that is said", () => {
  expect(ask(["price", 1], ["antarctica", 6])).toEqual({
    label: "Extracted (no AI model)",
    sections: [],
    evidence: [],
    note: "No evidence found",
  });
  expect(extractAnswer({ terms: new Map(), passages, now: NOW }).note).toBe("No evidence found");
});

test.each([
  ["How many open deals do we have with Acme?", "count-open-deals"],
  ["What is the pipeline worth?", "pipeline-sum"],
  ["how much have we won with them", "won-sum"],
  ["What changed since my last visit?", "what-changed"],
  ["Who is the decision maker?", "decision-maker"],
  ["what’s the next step", "next-step"],
  ["Which tasks are overdue?", "overdue-tasks"],
  ["When will it close?", "close-date"],
  ["Why did they push the close date?", undefined],
  ["What did the decision maker say about price?", undefined],
  ["What are their objections?", undefined],
  ["price of the licence", undefined],
])("%s -> %s", (question, intent) => expect(readIntent(question)).toBe(intent));
