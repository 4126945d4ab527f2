import { count, daysBetween, formatDay } from "../records/format.ts";
import type { DealSignals, NextBestAction, Rule, TextSign } from "./input.ts";

const RECENT_DAYS = 30;
const LEGAL_STALLED_DAYS = 7;
const MILESTONES = [30, 60, 90] as const;

type Found = Omit<NextBestAction, "rule" | "ruleName" | "target">;

/** The newest sign that is recent and to which nobody went back since. */
function openSign(signs: readonly TextSign[], { lastOutboundAt }: DealSignals, now: Date): TextSign | undefined {
  const [newest] = [...signs].sort((a, b) => b.at.getTime() - a.at.getTime());
  if (!newest || daysBetween(newest.at, now) > RECENT_DAYS) return undefined;
  return lastOutboundAt && lastOutboundAt > newest.at ? undefined : newest;
}

const objection: Rule = {
  id: "objection-open",
  name: "Objection without follow-up",
  check(signals, now) {
    const sign = openSign(signals.objections, signals, now);
    return (
      sign &&
      fromSign(sign, now, {
        action: "create_task",
        title: `Answer the objection on ${signals.deal.name}`,
        dueInDays: 1,
        reason: `An objection of ${formatDay(sign.at)} has no follow-up.`,
        clears: "An outgoing mail, call or meeting is logged after the objection.",
        urgency: 0.75,
      })
    );
  },
};

const competitor: Rule = {
  id: "competitor-mention",
  name: "Competitor mentioned",
  check(signals, now) {
    const sign = openSign(signals.competitors, signals, now);
    return (
      sign &&
      fromSign(sign, now, {
        action: "create_task",
        title: `Write down how we win ${signals.deal.name} against the alternative`,
        dueInDays: 2,
        reason: `An alternative to us was mentioned on ${formatDay(sign.at)}.`,
        clears: "An outgoing mail, call or meeting is logged after the mention.",
        urgency: 0.65,
      })
    );
  },
};

const legal: Rule = {
  id: "legal-stalled",
  name: "Legal or security stalled",
  check(signals, now) {
    const [newest] = [...signals.legal].sort((a, b) => b.at.getTime() - a.at.getTime());
    const lastStep = signals.deal.lastActivityAt;
    if (!newest || (lastStep && lastStep > newest.at)) return undefined;
    const days = daysBetween(newest.at, now);
    if (days <= LEGAL_STALLED_DAYS || days > 4 * RECENT_DAYS) return undefined;
    return fromSign(newest, now, {
      action: "create_task",
      title: `Ask where the legal or security review of ${signals.deal.name} stands`,
      dueInDays: 1,
      reason: `Legal or security was last mentioned on ${formatDay(newest.at)}, ${count(days, "day")} ago, and nothing followed.`,
      clears: "Any activity is logged after it.",
      urgency: Math.min(0.9, 0.5 + days / 60),
    });
  },
};

const expansion: Rule = {
  id: "expansion-signal",
  name: "Expansion signal",
  check(signals, now) {
    const sign = openSign(signals.expansion, signals, now);
    return (
      sign &&
      fromSign(sign, now, {
        action: "create_task",
        title: `Offer ${signals.deal.accountName ?? "the customer"} the larger scope`,
        dueInDays: 5,
        reason: `A wish for more was voiced on ${formatDay(sign.at)}.`,
        clears: "An outgoing mail, call or meeting is logged after it.",
        urgency: 0.4,
      })
    );
  },
};

const renewal: Rule = {
  id: "renewal-due",
  name: "Renewal without opportunity",
  check({ renewal: contract, deal }, now) {
    if (!contract || contract.hasOpportunity) return undefined;
    const days = daysBetween(now.toISOString().slice(0, 10), contract.endsOn);
    const milestone = MILESTONES.find((limit) => days <= limit);
    if (days < 0 || milestone === undefined) return undefined;
    return {
      action: "create_task",
      title: `Open the renewal of ${deal.name}`,
      dueInDays: milestone === 30 ? 1 : 7,
      reason: `The contract ends on ${formatDay(contract.endsOn)}, in ${count(days, "day")}, and no renewal is open.`,
      numbers: { daysLeft: days, milestone },
      evidence: [{ passage: contract.evidence, quote: contract.quote }],
      clears: "A renewal opportunity is created.",
      urgency: milestone === 30 ? 1 : milestone === 60 ? 0.7 : 0.4,
    };
  },
};

function fromSign(sign: TextSign, now: Date, rest: Omit<Found, "numbers" | "evidence">): Found {
  return {
    ...rest,
    numbers: { daysAgo: daysBetween(sign.at, now) },
    evidence: [{ passage: sign.passage, quote: sign.quote }],
  };
}

export const TEXT_RULES: readonly Rule[] = [objection, competitor, legal, expansion, renewal];
