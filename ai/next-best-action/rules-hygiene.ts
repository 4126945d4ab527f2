import { dealPassage, LINE } from "../records/cards.ts";
import { count, daysBetween, formatDay } from "../records/format.ts";
import type { DealSignals, Rule } from "./input.ts";

const todayOf = (now: Date) => now.toISOString().slice(0, 10);
const cite = ({ deal }: DealSignals, ...quotes: string[]) =>
  quotes.map((quote) => ({ passage: dealPassage(deal), quote }));
/** Grows with lateness and is 1 from four times the norm on. */
const lateness = (days: number, norm: number) => Math.min(1, 0.4 + (0.6 * (days - norm)) / (3 * Math.max(1, norm)));

const noNextStep: Rule = {
  id: "no-next-step",
  name: "No next step",
  check(signals, now) {
    const planned = signals.openTasks.some(({ dueOn }) => dueOn !== undefined && dueOn >= todayOf(now));
    if (signals.deal.nextStep || planned) return undefined;
    return {
      action: "set_next_step",
      title: `Agree the next step for ${signals.deal.name}`,
      dueInDays: 1,
      reason: "The deal has neither a next step nor a task that is still to come.",
      numbers: { openTasks: signals.openTasks.length },
      evidence: cite(signals, LINE.nextStep(signals.deal)),
      clears: "A next step is entered, or a task with a date is created.",
      urgency: 0.6,
    };
  },
};

const nextStepOverdue: Rule = {
  id: "next-step-overdue",
  name: "Next step overdue",
  check(signals, now) {
    const { nextStep, nextStepDue } = signals.deal;
    if (!nextStep || !nextStepDue || nextStepDue >= todayOf(now)) return undefined;
    const days = daysBetween(nextStepDue, todayOf(now));
    return {
      action: "create_task",
      title: `Do or reschedule: ${nextStep}`,
      dueInDays: 0,
      reason: `The next step was due on ${formatDay(nextStepDue)}, ${count(days, "day")} ago.`,
      numbers: { daysOverdue: days },
      evidence: cite(signals, LINE.nextStep(signals.deal), LINE.nextStepDue(signals.deal)),
      clears: "The next step gets a new date or is replaced.",
      urgency: Math.min(1, 0.6 + days / 20),
    };
  },
};

const silence: Rule = {
  id: "silence",
  name: "Silence beyond the stage norm",
  check(signals, now) {
    const { deal, idleDays } = signals;
    const since = deal.lastActivityAt ?? deal.stageEnteredAt;
    const days = daysBetween(since, now);
    if (days <= idleDays) return undefined;
    return {
      action: "log_activity",
      title: `Call ${contactName(signals)} about ${deal.name}`,
      dueInDays: 1,
      reason: `Nothing happened for ${count(days, "day")}; in ${deal.stageName} ${count(idleDays, "day")} are normal.`,
      numbers: { daysSilent: days, normDays: idleDays },
      evidence: cite(signals, LINE.stage(deal)),
      clears: "An activity is logged on the deal.",
      urgency: lateness(days, idleDays),
    };
  },
};

const stageAge: Rule = {
  id: "stage-age",
  name: "Longer in stage than three quarters of deals",
  check(signals, now) {
    const { deal, stageNorm } = signals;
    if (!stageNorm || stageNorm.deals < 5) return undefined;
    const days = daysBetween(deal.stageEnteredAt, now);
    if (days <= stageNorm.p75Days) return undefined;
    return {
      action: "create_task",
      title: `Review with your manager what holds ${deal.name} in ${deal.stageName}`,
      dueInDays: 3,
      reason: `In ${deal.stageName} for ${count(days, "day")}; three quarters of ${stageNorm.deals} deals left it within ${count(stageNorm.p75Days, "day")}.`,
      numbers: { daysInStage: days, p75Days: stageNorm.p75Days, deals: stageNorm.deals },
      evidence: cite(signals, LINE.stage(deal), LINE.stageSince(deal)),
      clears: "The deal moves to another stage.",
      urgency: 0.8 * lateness(days, stageNorm.p75Days),
    };
  },
};

const closeDatePassed: Rule = {
  id: "close-date-passed",
  name: "Close date has passed",
  check(signals, now) {
    const { deal } = signals;
    if (!deal.closeDate || deal.closeDate >= todayOf(now)) return undefined;
    const days = daysBetween(deal.closeDate, todayOf(now));
    return {
      action: "update_close_date",
      title: `Set an honest close date for ${deal.name}`,
      dueInDays: 0,
      reason: `The deal is open although its close date was ${formatDay(deal.closeDate)}, ${count(days, "day")} ago.`,
      numbers: { daysPast: days },
      evidence: cite(signals, LINE.closeDate(deal), LINE.stage(deal)),
      clears: "The close date moves to the future, or the deal is closed.",
      urgency: 0.7,
    };
  },
};

const closeDatePushed: Rule = {
  id: "close-date-pushed",
  name: "Close date pushed twice",
  check(signals) {
    const { deal } = signals;
    if (deal.closeDatePushes < 2) return undefined;
    return {
      action: "create_task",
      title: `Agree with ${contactName(signals)} on dates and steps to signature`,
      dueInDays: 2,
      reason: `The close date was pushed ${count(deal.closeDatePushes, "time")}.`,
      numbers: { pushes: deal.closeDatePushes },
      evidence: cite(signals, LINE.closeDate(deal)),
      clears: "The deal is closed.",
      urgency: Math.min(0.9, 0.4 + deal.closeDatePushes / 10),
    };
  },
};

/** The person to speak to: the decision maker, else the champion, else anyone known. */
function contactName({ contacts, deal }: DealSignals): string {
  const person =
    contacts.find(({ role }) => role === "Decision Maker") ??
    contacts.find(({ role }) => role === "Champion") ??
    contacts[0];
  return person?.name ?? deal.accountName ?? "the customer";
}

export const HYGIENE_RULES: readonly Rule[] = [
  noNextStep,
  nextStepOverdue,
  silence,
  stageAge,
  closeDatePassed,
  closeDatePushed,
];
