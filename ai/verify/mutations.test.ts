import { expect, test } from "vitest";
import type { Passage } from "../evidence.ts";
import { verifyClaim, type VerifyContext } from "./verify-claim.ts";

/** The bar for every class of lie: the share of mutated claims that must be refused. */
const BAR = 0.99;

const PEOPLE = [
  "Lee Wong",
  "Dana Fox",
  "Amir Haddad",
  "Ines Ortega",
  "Tom Okafor",
  "Yuki Tanaka",
  "Priya Nair",
  "Olga Petrova",
];
const COMPANIES = ["Acme", "Globex", "Initech", "Umbrella", "Stark", "Wayne", "Hooli", "Vandelay"];
const PHRASES = [
  (p: string, c: string, n: number) => [
    `${p} of ${c} said that the budget is ${n},500 USD for this year.`,
    `${p} told us that ${c} has a budget of $${n},500.`,
  ],
  (p: string, c: string, n: number) => [
    `${c} needs ${n} seats before 1${n % 10} March 2026, wrote ${p}.`,
    `${c} needs ${n} seats before March 1${n % 10}, 2026.`,
  ],
  (p: string, c: string, n: number) => [
    `According to ${p} the rollout at ${c} takes ${n} weeks.`,
    `The rollout at ${c} takes ${n} weeks.`,
  ],
  (p: string, c: string, n: number) => [
    `${p} asked for a discount of ${n}% on behalf of ${c}.`,
    `${p} wants a discount of ${n} percent for ${c}.`,
  ],
] as const;

interface Sample {
  text: string;
  quote: string;
  passage: Passage;
}

const samples: Sample[] = Array.from({ length: 240 }, (_, at) => {
  const person = PEOPLE[at % PEOPLE.length] ?? "";
  const company = COMPANIES[(at * 3 + Math.floor(at / 8)) % COMPANIES.length] ?? "";
  const [quote = "", text = ""] = PHRASES[at % PHRASES.length]?.(person, company, 11 + ((at * 7) % 80)) ?? [];
  const body = `We met on the phone. ${quote} The next call was left open between the two sides.`;
  const passage = {
    handle: `e${at}`,
    record: { type: "activity", id: `${at}` },
    label: "Call",
    body,
    facts: [],
    occurredAt: new Date(0),
    isTainted: false,
  };
  return { text, quote, passage };
});
const context: VerifyContext = {
  passages: new Map(samples.map(({ passage }) => [passage.handle, passage])),
  facts: [],
  mayRead: () => true,
};

function refusedShare(
  mutate: (sample: Sample, other: Sample) => { text?: string; quote?: string; handle?: string },
): number {
  const refused = samples.filter((sample, at) => {
    const changed = mutate(sample, samples[(at + 37) % samples.length] ?? sample);
    const evidence = [{ handle: changed.handle ?? sample.passage.handle, quote: changed.quote ?? sample.quote }];
    return !verifyClaim({ text: changed.text ?? sample.text, kind: "fact", evidence }, context).ok;
  });
  return refused.length / samples.length;
}

const firstNumber = /\d/;
const half = (text: string) => text.slice(0, text.indexOf(" ", text.length / 2));

test("honest claims pass", () => expect(refusedShare(() => ({}))).toBe(0));

test.each([
  [
    "a digit changed",
    ({ text }: Sample) => ({ text: text.replace(firstNumber, (digit) => String((Number(digit) + 4) % 10 || 9)) }),
  ],
  ["another company", ({ text }: Sample) => ({ text: text.replace(new RegExp(COMPANIES.join("|")), "Contoso") })],
  ["another person", ({ text }: Sample) => ({ text: `${text.slice(0, -1)}, said Rosa Lind.` })],
  ["a spliced quotation", ({ quote }: Sample) => ({ quote: `${half(quote)} The next call` })],
  ["the quotation of another document", (_: Sample, other: Sample) => ({ quote: other.quote })],
  ["the wrong document", (_: Sample, other: Sample) => ({ handle: other.passage.handle })],
  ["an invented handle", ({ passage }: Sample) => ({ handle: `${passage.handle}x` })],
  ["an invented link", ({ text }: Sample) => ({ text: `${text} See http://collect.test/${encodeURIComponent(text)}` })],
  ["an added negation", ({ text }: Sample) => ({ text: text.replace(/\b(needs|takes|wants|has)\b/, "never $1") })],
] as const)("A4.3 the verifier refuses %s", (_, mutate) => expect(refusedShare(mutate)).toBeGreaterThanOrEqual(BAR));

test("known limit: a negation left out, and a true value said of the wrong person, pass", () => {
  // Written down so that nobody claims otherwise; when a check learns to see these, this test says so.
  const body = "Lee Wong did not approve the budget. Dana Fox approved the plan.";
  const passage: Passage = {
    handle: "n",
    record: { type: "activity", id: "n" },
    label: "Call",
    body,
    facts: [],
    occurredAt: new Date(0),
    isTainted: false,
  };
  const verify = (text: string) =>
    verifyClaim(
      { text, kind: "fact", evidence: [{ handle: "n", quote: body }] },
      { ...context, passages: new Map([["n", passage]]) },
    ).ok;
  expect(verify("Lee Wong did approve the budget.")).toBe(true);
  expect(verify("Dana Fox did not approve the budget.")).toBe(true);
});
