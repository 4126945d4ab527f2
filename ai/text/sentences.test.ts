import { expect, test } from "vitest";
import { splitSentences } from "./sentences.ts";

const texts = (text: string) => splitSentences(text).map((sentence) => sentence.text);

test("every sentence is a verbatim piece of the source, in order, and nothing but white space is lost", () => {
  const text =
    "Hello Mr. Smith! We agreed on $3.5m (approx. 4 weeks). \n\n- Send the contract\n- Call Dr. Wu at 5 p.m. tomorrow\nDone?  Yes… ok";
  let at = 0;
  let kept = "";
  for (const { from, to, text: sentence } of splitSentences(text)) {
    expect(text.slice(from, to)).toBe(sentence);
    expect(from).toBeGreaterThanOrEqual(at);
    at = to;
    kept += sentence;
  }
  expect(kept.replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
});

test("points of abbreviations, initials, numbers and list marks do not end a sentence", () => {
  expect(texts("Mr. J. Smith paid 3.5 million to Acme Inc. last week. He signed.")).toEqual([
    "Mr. J. Smith paid 3.5 million to Acme Inc. last week.",
    "He signed.",
  ]);
  expect(texts("1. Send it\n2. Sign it")).toEqual(["1. Send it", "2. Sign it"]);
});

test("wrapped lines belong together, fact lines stand alone", () => {
  const wrapped = "We would like to receive the offer for the whole group\nbefore the end of the month.";
  expect(texts(wrapped)).toEqual([wrapped]);
  expect(texts("Stage: Proposal\nAmount: 48,200 USD")).toEqual(["Stage: Proposal", "Amount: 48,200 USD"]);
});

test("speech as transcribed and text without blanks are split too", () => {
  expect(texts("Okay . Right . Um well , this is the kick-off meeting .")).toEqual([
    "Okay .",
    "Right .",
    "Um well , this is the kick-off meeting .",
  ]);
  expect(texts("価格が高い。検討します。")).toEqual(["価格が高い。", "検討します。"]);
});
