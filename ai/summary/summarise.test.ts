import { expect, test } from "vitest";
import { daysAgo, deal, summaryInput, textPassage } from "#tests/setup/ai-facts.ts";
import { LABEL } from "../labels.ts";
import { findUnsupported } from "../verify/verify-claim.ts";
import { summarise, type Summary } from "./summarise.ts";

const section = (summary: Summary, title: string) =>
  summary.sections.find((entry) => entry.title === title)?.claims.map(({ text }) => text) ?? [];

test("A4.1 the six sections come labelled, in order, and every line has evidence", () => {
  const summary = summarise(summaryInput());
  expect(summary.label).toBe("Extracted (no AI model)");
  expect(summary.label).toBe(LABEL.extracted);
  expect(summary.sections.map(({ title }) => title)).toEqual([
    "Standing",
    "Changed since your last visit",
    "People",
    "Risks and objections",
    "Commitments and next steps",
    "Open questions",
  ]);
  const claims = summary.sections.flatMap(({ claims }) => claims);
  expect(claims.length).toBeGreaterThan(8);
  for (const claim of claims) {
    expect(claim.evidence.length, claim.text).toBeGreaterThan(0);
    for (const n of claim.evidence) expect(summary.evidence[n - 1]?.n).toBe(n);
  }
});

test("A4.1 sums and counts are computed, sentences are sorted under the heading their words call for", () => {
  const summary = summarise(summaryInput());
  expect(section(summary, "Standing")).toContain(
    "Acme has 1 open opportunity worth $48,200, 1 won worth $10,000, 0 lost.",
  );
  expect(section(summary, "Standing")).toContain(
    "Acme renewal is in Proposal since 15 Mar 2026, $48,200, closing 9 Apr 2026.",
  );
  expect(section(summary, "Standing")).toContain("The last activity was a call on 18 Mar 2026, 2 days ago.");
  expect(section(summary, "Changed since your last visit")[0]).toBe(
    "Acme renewal: stage changed from Discovery to Proposal (Dana Fox, 15 Mar 2026).",
  );
  expect(section(summary, "People")).toContain("Lee Wong (CFO, Decision Maker), last heard of on 17 Mar 2026.");
  expect(section(summary, "Risks and objections")).toEqual([
    "Lee Wong is worried that the price is too high for this year.",
  ]);
  expect(section(summary, "Commitments and next steps")).toEqual([
    "Task of Dana Fox: Call Lee, due 18 Mar 2026 (2 days overdue).",
    "Acme renewal: Send the contract, due 23 Mar 2026.",
    "We will send a new offer by Friday.",
  ]);
  expect(section(summary, "Open questions")).toEqual(["Who signs on your side?"]);
});

test("A4.3 every value and name of a quoted line stands in its quotation; quotations are verbatim", () => {
  const input = summaryInput();
  const summary = summarise(input);
  const bodies = new Map(input.texts.map(({ record, body }) => [record.id, body]));
  for (const claim of summary.sections.flatMap(({ claims }) => claims)) {
    const chips = claim.evidence.flatMap((n) => summary.evidence[n - 1] ?? []);
    for (const chip of chips)
      if (bodies.get(chip.id)?.includes(claim.text)) expect(bodies.get(chip.id)).toContain(chip.quote);
    if (chips.some(({ quote }) => quote === claim.text))
      expect(
        findUnsupported(
          claim.text,
          chips.map(({ quote }) => quote),
        ),
      ).toBeUndefined();
  }
});

test("what came before the last visit is not new, and nothing is said where nothing is known", () => {
  const quiet = summarise(summaryInput({ lastVisitAt: daysAgo(1) }));
  expect(section(quiet, "Changed since your last visit")).toEqual([]);
  const empty = summarise(
    summaryInput({ texts: [], deals: [], people: [], openTasks: [], changes: [], lastActivity: undefined }),
  );
  expect(section(empty, "Risks and objections")).toEqual([]);
  expect(section(empty, "Standing")).toContain("No activity is recorded.");
});

test("a deal without next step, amount or decision maker is said to have none, citing the field", () => {
  const summary = summarise(
    summaryInput({
      deals: [deal({ nextStep: undefined, nextStepDue: undefined, amountCents: undefined, contacts: [] })],
    }),
  );
  expect(section(summary, "Commitments and next steps")).toContain("Acme renewal has no next step.");
  expect(section(summary, "People")).toContain("Acme renewal has no decision maker.");
  expect(summary.evidence.map(({ quote }) => quote)).toEqual(
    expect.arrayContaining(["Next step: none", "Amount: none", "Contacts: none"]),
  );
});

test("A5.1 the same data twice gives identical bytes, in whatever order the texts come", () => {
  const input = summaryInput({
    texts: Array.from({ length: 30 }, (_, n) =>
      textPassage(`t${n}`, `Issue ${n} is a problem for team ${n % 7}. We will fix it by Friday, item ${n}.`, n % 9),
    ),
  });
  expect(JSON.stringify(summarise(input))).toBe(JSON.stringify(summarise(input)));
  const shuffled = summarise({ ...input, texts: [...input.texts].reverse() });
  expect(section(shuffled, "Risks and objections")).toEqual(section(summarise(input), "Risks and objections"));
});
