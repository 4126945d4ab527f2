import { dealPassage, LINE } from "../records/cards.ts";
import { count, daysBetween, formatDay } from "../records/format.ts";
import type { DealSignals, Rule } from "./input.ts";

const cite = ({ deal }: DealSignals, ...quotes: string[]) =>
  quotes.map((quote) => ({ passage: dealPassage(deal), quote }));

const singleContact: Rule = {
  id: "single-contact",
  name: "Only one contact at Proposal or later",
  check(signals) {
    const { deal, contacts } = signals;
    if (!signals.isProposalOrLater || contacts.length > 1) return undefined;
    return {
      action: "add_contact",
      title: `Win a second contact for ${deal.name}`,
      dueInDays: 5,
      reason: `${deal.stageName} is reached with ${count(contacts.length, "contact")}; the deal hangs on one person.`,
      numbers: { contacts: contacts.length },
      evidence: cite(signals, LINE.contacts(deal), LINE.stage(deal)),
      clears: "A second contact is linked to the deal.",
      urgency: 0.5,
    };
  },
};

const noDecisionMaker: Rule = {
  id: "no-decision-maker",
  name: "No decision maker",
  check(signals) {
    const { deal, contacts } = signals;
    if (signals.isFirstStage || contacts.some(({ role }) => role === "Decision Maker")) return undefined;
    return {
      action: "add_contact",
      title: `Find out who decides on ${deal.name}`,
      dueInDays: 3,
      reason: `${deal.stageName} is reached and none of ${count(contacts.length, "contact")} has the role Decision Maker.`,
      numbers: { contacts: contacts.length },
      evidence: cite(signals, LINE.contacts(deal), LINE.stage(deal)),
      clears: "A contact gets the role Decision Maker.",
      urgency: signals.isProposalOrLater ? 0.7 : 0.45,
    };
  },
};

const CHAMPION_SILENT_DAYS = 14;
const championSilent: Rule = {
  id: "champion-silent",
  name: "Champion silent",
  check(signals, now) {
    const champion = signals.contacts.find(({ role }) => role === "Champion");
    if (!champion?.lastHeardAt) return undefined;
    const days = daysBetween(champion.lastHeardAt, now);
    if (days <= CHAMPION_SILENT_DAYS) return undefined;
    return {
      action: "log_activity",
      title: `Call your champion ${champion.name}`,
      dueInDays: 1,
      reason: `${champion.name} was last heard of on ${formatDay(champion.lastHeardAt)}, ${count(days, "day")} ago.`,
      numbers: { daysSilent: days, normDays: CHAMPION_SILENT_DAYS },
      evidence: cite(signals, LINE.contacts(signals.deal)),
      clears: "The champion writes, calls or meets you.",
      urgency: Math.min(0.9, 0.5 + days / 100),
    };
  },
};

const UNANSWERED_HOURS = 24;
const unansweredInbound: Rule = {
  id: "unanswered-inbound",
  name: "Customer waits for an answer",
  check({ unanswered, deal }, now) {
    if (!unanswered) return undefined;
    const hours = Math.floor((now.getTime() - unanswered.occurredAt.getTime()) / 3_600_000);
    if (hours <= UNANSWERED_HOURS) return undefined;
    const quote = unanswered.body.split("\n").find((line) => line.trim() !== "") ?? unanswered.label;
    return {
      action: "create_task",
      title: `Answer "${unanswered.label}" for ${deal.name}`,
      dueInDays: 0,
      reason: `A message of ${formatDay(unanswered.occurredAt)} has waited ${count(hours, "hour")} for an answer.`,
      numbers: { hoursWaiting: hours, normHours: UNANSWERED_HOURS },
      evidence: [{ passage: unanswered, quote }],
      clears: "An outgoing mail, call or meeting is logged after the message.",
      urgency: Math.min(1, 0.7 + hours / 480),
    };
  },
};

export const PEOPLE_RULES: readonly Rule[] = [unansweredInbound, championSilent, noDecisionMaker, singleContact];
