import type { Passage } from "#ai/evidence.ts";
import type { DealSignals } from "#ai/next-best-action/input.ts";
import type { DealSummaryFacts, SummaryInput } from "#ai/summary/input.ts";

export const NOW = new Date("2026-03-20T12:00:00Z");
export const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
export const isoDay = (days: number) => daysAgo(-days).toISOString().slice(0, 10);

/** A healthy deal: nothing to complain about. */
export const deal = (over: Partial<DealSummaryFacts> = {}): DealSummaryFacts => ({
  id: "deal-1",
  name: "Acme renewal",
  accountName: "Acme",
  ownerName: "Dana Fox",
  stageName: "Proposal",
  stageKind: "open",
  stageEnteredAt: daysAgo(5),
  amountCents: 4_820_000,
  currency: "USD",
  closeDate: isoDay(20),
  forecastCategory: "best_case",
  probability: 0.5,
  nextStep: "Send the contract",
  nextStepDue: isoDay(3),
  contacts: [
    { name: "Lee Wong", role: "Decision Maker" },
    { name: "Kim Roe", role: "Champion" },
  ],
  updatedAt: daysAgo(1),
  lastActivityAt: daysAgo(2),
  closeDatePushes: 0,
  ...over,
});

export const textPassage = (id: string, body: string, days = 3, author = "Lee Wong"): Passage => ({
  handle: id,
  record: { type: "activity", id },
  label: `Call ${id}`,
  body,
  facts: [author],
  occurredAt: daysAgo(days),
  author,
  isTainted: false,
});

export const signals = (over: Partial<DealSignals> = {}): DealSignals => ({
  deal: deal(),
  ownerId: "rep-1",
  isProposalOrLater: true,
  isFirstStage: false,
  idleDays: 10,
  stageNorm: { p75Days: 20, deals: 12 },
  openTasks: [],
  contacts: [
    { id: "c1", name: "Lee Wong", role: "Decision Maker", lastHeardAt: daysAgo(3) },
    { id: "c2", name: "Kim Roe", role: "Champion", lastHeardAt: daysAgo(4) },
  ],
  lastOutboundAt: daysAgo(2),
  objections: [],
  competitors: [],
  legal: [],
  expansion: [],
  ...over,
});

export const summaryInput = (over: Partial<SummaryInput> = {}): SummaryInput => ({
  now: NOW,
  lastVisitAt: daysAgo(7),
  account: {
    id: "acc-1",
    name: "Acme",
    industry: "Retail",
    city: "Oslo",
    country: "Norway",
    currency: "USD",
    updatedAt: daysAgo(30),
  },
  deals: [
    deal(),
    deal({ id: "deal-2", name: "Acme pilot", stageKind: "won", stageName: "Closed Won", amountCents: 1_000_000 }),
  ],
  people: [
    {
      id: "c1",
      name: "Lee Wong",
      title: "CFO",
      role: "Decision Maker",
      lastHeardAt: daysAgo(3),
      updatedAt: daysAgo(30),
    },
  ],
  openTasks: [{ id: "t1", title: "Call Lee", dueOn: isoDay(-2), ownerName: "Dana Fox", updatedAt: daysAgo(5) }],
  changes: [
    {
      record: { type: "opportunity", id: "deal-1" },
      label: "Acme renewal",
      text: "stage changed from Discovery to Proposal",
      actorName: "Dana Fox",
      at: daysAgo(5),
    },
  ],
  texts: [
    textPassage(
      "a1",
      "Lee Wong is worried that the price is too high for this year. We will send a new offer by Friday. Who signs on your side? The weather was fine in Oslo today.",
      2,
    ),
    textPassage(
      "a2",
      "They have no concerns about security any more. The rollout plan was walked through with the whole team.",
      20,
    ),
  ],
  lastActivity: { record: { type: "activity", id: "a1" }, kind: "call", subject: "Price call", at: daysAgo(2) },
  ...over,
});
