import { expect, test } from "vitest";
import { CUES, cueScore, type Cue } from "./cues.ts";

const strongest = (sentence: string): Cue | undefined => {
  const scored = CUES.map((cue) => ({ cue, score: cueScore(cue, sentence) })).filter(({ score }) => score >= 0.7);
  return scored.sort((a, b) => b.score - a.score)[0]?.cue;
};

test.each([
  ["The board finds the offer too expensive.", "objection"],
  ["I'm worried about the migration.", "objection"],
  ["The budget is frozen until autumn.", "objection"],
  ["We'll send you the revised contract by Friday.", "commitment"],
  ["Lee promised to confirm the date by the end of May.", "commitment"],
  ["When can your team start?", "question"],
  ["She asked whether the price includes support.", "question"],
  ["They are also talking to another vendor.", "competitor"],
  ["The DPA is with the legal team.", "legal"],
  ["They want additional seats for the Oslo office.", "expansion"],
  ["The meeting took an hour.", undefined],
])("%s -> %s", (sentence, cue) => expect(strongest(sentence)).toBe(cue));

test("a denied concern is no concern", () => {
  expect(cueScore("objection", "They have no concerns about security.")).toBe(0);
  expect(cueScore("objection", "The problem was solved, no issues remain.")).toBeLessThan(1);
});
