import { expect, test } from "vitest";
import { daysAgo, deal, isoDay, NOW, signals, textPassage } from "#tests/setup/ai-facts.ts";
import { findQuote } from "../verify/quote.ts";
import type { DealSignals, TextSign } from "./input.ts";
import { nextBestActions, pickForDay, precisionOf, RULES, type RankContext } from "./rank.ts";

const context: RankContext = { now: NOW, records: new Map(), typicalAmountCents: 1_000_000 };
const fired = (over: Partial<DealSignals>) => nextBestActions(signals(over), context).map(({ rule }) => rule);
const sign = (body: string, days: number): TextSign => ({
  passage: textPassage("s", body, days),
  quote: body,
  at: daysAgo(days),
});
const inbound = textPassage("in", "Could you send the data sheet?", 2);

/** For each rule: what makes it fire, and the smallest change that clears it. */
const CASES: readonly [rule: string, fires: Partial<DealSignals>, clears: Partial<DealSignals>][] = [
  [
    "no-next-step",
    { deal: deal({ nextStep: undefined, nextStepDue: undefined }) },
    { deal: deal({ nextStep: undefined, nextStepDue: undefined }), openTasks: [{ title: "Call", dueOn: isoDay(0) }] },
  ],
  ["next-step-overdue", { deal: deal({ nextStepDue: isoDay(-1) }) }, { deal: deal({ nextStepDue: isoDay(0) }) }],
  ["silence", { deal: deal({ lastActivityAt: daysAgo(11) }) }, { deal: deal({ lastActivityAt: daysAgo(10) }) }],
  ["stage-age", { deal: deal({ stageEnteredAt: daysAgo(21) }) }, { deal: deal({ stageEnteredAt: daysAgo(20) }) }],
  [
    "stage-age",
    { deal: deal({ stageEnteredAt: daysAgo(90) }) },
    { deal: deal({ stageEnteredAt: daysAgo(90) }), stageNorm: { p75Days: 20, deals: 4 } },
  ],
  ["close-date-passed", { deal: deal({ closeDate: isoDay(-1) }) }, { deal: deal({ closeDate: isoDay(0) }) }],
  ["close-date-pushed", { deal: deal({ closeDatePushes: 2 }) }, { deal: deal({ closeDatePushes: 1 }) }],
  ["unanswered-inbound", { unanswered: inbound }, { unanswered: textPassage("in", "Hello there again", 1) }],
  [
    "champion-silent",
    {
      contacts: [
        { id: "c1", name: "Lee", role: "Decision Maker" },
        { id: "c2", name: "Kim", role: "Champion", lastHeardAt: daysAgo(15) },
      ],
    },
    {},
  ],
  [
    "no-decision-maker",
    {
      contacts: [
        { id: "c1", name: "Lee", role: "Influencer" },
        { id: "c2", name: "Kim" },
      ],
    },
    {
      contacts: [
        { id: "c1", name: "Lee", role: "Influencer" },
        { id: "c2", name: "Kim" },
      ],
      isFirstStage: true,
    },
  ],
  [
    "single-contact",
    { contacts: [{ id: "c1", name: "Lee", role: "Decision Maker" }] },
    { contacts: [{ id: "c1", name: "Lee", role: "Decision Maker" }], isProposalOrLater: false },
  ],
  [
    "objection-open",
    { objections: [sign("The price is too high.", 1)] },
    { objections: [sign("The price is too high.", 3)] },
  ],
  [
    "competitor-mention",
    { competitors: [sign("They also talk to another vendor.", 1)] },
    { competitors: [sign("They also talk to another vendor.", 3)] },
  ],
  [
    "legal-stalled",
    { legal: [sign("It is with legal now.", 8)], deal: deal({ lastActivityAt: daysAgo(8) }) },
    { legal: [sign("It is with legal now.", 8)], deal: deal({ lastActivityAt: daysAgo(2) }) },
  ],
  [
    "expansion-signal",
    { expansion: [sign("We need more seats soon.", 1)] },
    { expansion: [sign("We need more seats soon.", 31)], lastOutboundAt: undefined },
  ],
  [
    "renewal-due",
    { renewal: { endsOn: isoDay(60), hasOpportunity: false, evidence: inbound, quote: "data sheet" } },
    { renewal: { endsOn: isoDay(91), hasOpportunity: false, evidence: inbound, quote: "data sheet" } },
  ],
];

test("A5.4 a healthy deal gets no suggestion", () => expect(fired({})).toEqual([]));

test.each(CASES)(
  "A5.4 %s fires at its limit and not before; A5.7 it goes when its cause goes",
  (rule, fires, clears) => {
    expect(fired(fires)).toContain(rule);
    expect(fired(clears)).not.toContain(rule);
  },
);

test("every rule has a case above", () => {
  expect(RULES.map(({ id }) => id).sort()).toEqual([...new Set(CASES.map(([rule]) => rule))].sort());
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
});

test("A5.3 each suggestion states label, reason, figures, confidence, what clears it, and quotes its evidence verbatim", () => {
  for (const [, fires] of CASES) {
    for (const action of nextBestActions(signals(fires), context)) {
      expect(action.label).toBe(`Rule: ${action.ruleName}`);
      expect(action.reason).toMatch(/\.$/);
      expect(action.clears).toMatch(/\.$/);
      expect(Object.values(action.numbers).every(Number.isFinite) && Object.keys(action.numbers).length > 0).toBe(true);
      expect(action.evidence.length).toBeGreaterThan(0);
      for (const { passage, quote } of action.evidence)
        expect(findQuote(passage.body, quote), action.rule).toBeDefined();
      expect(action.urgency).toBeGreaterThan(0);
      expect(action.urgency).toBeLessThanOrEqual(1);
      expect(["high", "medium", "low"]).toContain(action.confidence);
    }
  }
});

test("the amount at risk, the urgency and what people did with the rule decide the order", () => {
  const two = { deal: deal({ nextStepDue: isoDay(-10), closeDatePushes: 2 }) };
  expect(fired(two)[0]).toBe("next-step-overdue");
  const records = new Map([["next-step-overdue", { accepted: 0, dismissed: 30 }]]);
  expect(nextBestActions(signals(two), { ...context, records })[0]?.rule).toBe("close-date-pushed");
  expect(precisionOf(undefined)).toBe(0.5);
  expect(precisionOf({ accepted: 30, dismissed: 0 })).toBeGreaterThan(0.9);
});

test("A5.4 a day's list has one action per deal and at most five", () => {
  const all = Array.from({ length: 8 }, (_, n) =>
    nextBestActions(
      signals({ deal: deal({ id: `d${n}`, amountCents: n * 100, closeDatePushes: 3, closeDate: isoDay(-4) }) }),
      context,
    ),
  ).flat();
  const picked = pickForDay(all);
  expect(picked.map(({ target }) => target.id)).toEqual(["d7", "d6", "d5", "d4", "d3"]);
});
