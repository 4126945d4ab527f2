import type { AlertKind, HealthFactor } from "#db/schema/index.ts";
import type { Band, CardType } from "./sources.ts";

/** A row of the stream as the database gives it. */
export interface CardRow extends Record<string, unknown> {
  type: CardType;
  id: string;
  band: Band;
  due: string | null;
  amount: string;
  owner_id: string;
  owner_name: string;
  cause: string;
  facts: Facts;
}

interface Facts {
  title: string;
  recordName: string | null;
  opportunityId: string | null;
  accountId?: string | null;
  leadId?: string | null;
  flagReason?: string | null;
  hotReason?: string | null;
  isTouched?: boolean;
  source?: string;
  kind?: string;
  startsAt?: string | null;
  place?: string | null;
  request?: string | null;
  requestKind?: "question" | "demo" | null;
  slots?: string[] | null;
  occurredAt?: string;
  severity?: string;
  dueAt?: string;
  stageName?: string;
  score?: number;
  isAtRisk?: boolean;
  manualReason?: string | null;
  factors?: HealthFactor[];
  alerts?: AlertKind[];
  nextStep?: string | null;
  nextStepDue?: string | null;
  closeDate?: string | null;
  version?: number;
}

export interface CardText {
  /** The rule that put the card here. */
  rule: string;
  /** What it rests on. */
  why: string;
  action: string;
  /** The event that removes it. */
  clears: string;
  href: string;
}

/** A card's rule, evidence, required action and end, in words. */
export function describeCard(row: CardRow): CardText {
  const { type, id, band, facts } = row;
  const deal = facts.opportunityId ? `/apps/crm/opportunities/${facts.opportunityId}` : undefined;
  switch (type) {
    case "task":
      return describeTask(row, deal ?? placeOf(facts));
    case "lead":
      return describeLead(row);
    case "activity":
      return {
        rule: "Outcome missing",
        why: `This ${facts.kind} was entered without an outcome on ${facts.occurredAt?.slice(0, 10)}`,
        action: "Say how it went",
        clears: "An outcome is chosen.",
        href: deal ?? "/priorities",
      };
    case "coaching_item":
      return {
        rule: band === 0 ? "Coaching past its deadline" : "Coaching to acknowledge",
        why: `${facts.severity === "urgent" ? "Urgent. " : ""}Due ${facts.dueAt?.slice(0, 16).replace("T", " ")}`,
        action: "Read and acknowledge it",
        clears: "The item is acknowledged.",
        href: `/inbox?item=${id}`,
      };
    case "opportunity":
      return describeDeal(row, deal!);
  }
}

function placeOf({ leadId, accountId }: Facts): string {
  if (leadId) return `/apps/crm/leads/${leadId}`;
  return accountId ? `/apps/crm/accounts/${accountId}` : "/priorities";
}

function describeLead({ band, due, facts }: CardRow): CardText {
  const href = placeOf(facts);
  const { flagReason, hotReason, isTouched, dueAt, source } = facts;
  if (flagReason)
    return {
      rule: "Lead flagged for immediate attention",
      why: flagReason,
      action: "Contact this lead now",
      clears: "The flag is taken off, or the lead is closed.",
      href,
    };
  if (isTouched)
    return {
      rule: band === 0 ? "Lead follow-up overdue" : "Lead follow-up due",
      why: `Follow up on ${due}`,
      action: "Follow up as planned",
      clears: "The follow-up gets another date, or the lead is closed.",
      href,
    };
  return {
    rule: hotReason ? "Hot lead without first touch" : band === 0 ? "Lead past its response time" : "New lead",
    why: hotReason ?? `From ${source}, to be answered by ${dueAt?.slice(0, 16).replace("T", " ") ?? "today"}`,
    action: "Make the first contact",
    clears: "An outreach is logged on the lead.",
    href,
  };
}

function describeTask({ band, due, facts }: CardRow, href: string): CardText {
  if (facts.request) {
    const isDemo = facts.requestKind === "demo";
    return {
      rule: isDemo ? "A demo was asked of you" : "A colleague waits for your answer",
      why: facts.request.slice(0, 400),
      action: isDemo ? "Book one of the proposed times" : "Answer it",
      clears: "The answer stands on the record.",
      href,
    };
  }
  return {
    rule: band === 0 ? "Task overdue" : facts.startsAt ? "Planned for today" : "Task due today",
    why: `Due ${due}${facts.place ? `, ${facts.place}` : ""}`,
    action: facts.title,
    clears: "The task is done or gets another day.",
    href,
  };
}

type AlertText = Pick<CardText, "rule" | "action" | "clears">;
const CONTACT = { action: "Contact the customer", clears: "An activity is logged on the deal." };

/** The most pressing first. */
const ALERTS: [AlertKind, AlertText][] = [
  [
    "next-step-overdue",
    {
      rule: "Next step overdue",
      action: "Do it or give it another day",
      clears: "The next step gets a new date.",
    },
  ],
  [
    "no-next-step",
    {
      rule: "No dated next step",
      action: "Agree the next step",
      clears: "A next step with a date is entered.",
    },
  ],
  ["over-idle-limit", { rule: "Over the stage's idle limit", ...CONTACT }],
  ["no-activity", { rule: "No activity for days", ...CONTACT }],
];

const PASSED: AlertText = {
  rule: "Close date has passed",
  action: "Set an honest close date or close the deal",
  clears: "The close date moves to the future, or the deal is closed.",
};

function describeDeal({ band, facts }: CardRow, href: string): CardText {
  const { factors = [], alerts = [], isAtRisk, manualReason, nextStep, nextStepDue, closeDate, stageName } = facts;
  const step = nextStep ? `${nextStep}, due ${nextStepDue ?? "on no day"}` : "There is no next step";
  const known = ALERTS.find(([kind]) => alerts.includes(kind))?.[1];
  // A late card without an overdue next step is late by its close date.
  const alert = band === 0 && !alerts.includes("next-step-overdue") ? PASSED : known;
  const why =
    alert === PASSED
      ? `It was to close on ${closeDate}. ${step}.`
      : (factors[0]?.reason ?? `${step}. In ${stageName}.`);
  if (manualReason && isAtRisk) {
    return {
      rule: "At risk, by hand",
      why: manualReason,
      action: alert?.action ?? "Decide what saves the deal",
      clears: "The judgement is taken back, or the deal is closed.",
      href,
    };
  }
  if (alert) return { ...alert, rule: isAtRisk ? `At risk: ${alert.rule.toLowerCase()}` : alert.rule, why, href };
  const [factor] = factors;
  if (factor && isAtRisk)
    return { rule: `At risk: ${factor.name.toLowerCase()}`, why, action: factor.title, clears: factor.clears, href };
  return {
    rule: nextStepDue ? "Next step due" : "Close date reached",
    why: nextStep ? step : `Close date ${closeDate}`,
    action: nextStep ?? "Close the deal or set an honest date",
    clears: "The next step or the close date moves on.",
    href,
  };
}
