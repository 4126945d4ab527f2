import type { Passage } from "../evidence.ts";
import { accountPassage, cardPassage, contactPassage, dealPassage, LINE, taskPassage } from "../records/cards.ts";
import { count, daysBetween, formatDay, formatMoney, humanise } from "../records/format.ts";
import type { DealSummaryFacts, FactSentence, SummaryInput } from "./input.ts";

const SHOWN_DEALS = 5;
const SHOWN_PEOPLE = 6;

/** Where things stand: the account, what is open and won, the deals one by one, and how long it has been quiet. */
export function standing(input: SummaryInput): FactSentence[] {
  const { account, deals } = input;
  const open = deals.filter((deal) => deal.stageKind === "open");
  const sentences: FactSentence[] = [];
  if (account) {
    const about = [account.industry, [account.city, account.country].filter(Boolean).join(", ")]
      .filter(Boolean)
      .join(", ");
    if (about) sentences.push({ text: `${account.name}: ${about}.`, evidence: [firstLine(accountPassage(account))] });
    sentences.push(totals(account.name, input));
  }
  sentences.push(
    ...byAmount(open)
      .slice(0, SHOWN_DEALS)
      .map((deal) => dealSentence(deal)),
  );
  const quiet = silence(input);
  if (quiet) sentences.push(quiet);
  return sentences;
}

/** What happened since the last visit, newest first. */
export function changes(input: SummaryInput): FactSentence[] {
  const since = sinceOf(input);
  return input.changes
    .filter(({ at }) => at > since)
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .map(({ record, label, text, actorName, at }) => {
      const line = `${formatDay(at)}, ${actorName}: ${text}`;
      const passage = {
        ...cardPassage(record, label, line, at),
        handle: `change:${record.id}:${at.getTime()}:${text}`,
        author: actorName,
      };
      return { text: `${label}: ${text} (${actorName}, ${formatDay(at)}).`, evidence: [{ passage, quote: line }] };
    });
}

/** Who is involved, decision makers first, with the last time each was heard of. */
export function people(input: SummaryInput): FactSentence[] {
  const rank = (role: string | undefined) => (role === "Decision Maker" ? 0 : role === "Champion" ? 1 : role ? 2 : 3);
  const known = [...input.people].sort(
    (a, b) =>
      rank(a.role) - rank(b.role) ||
      (b.lastHeardAt?.getTime() ?? 0) - (a.lastHeardAt?.getTime() ?? 0) ||
      (a.id < b.id ? -1 : 1),
  );
  const sentences = known.slice(0, SHOWN_PEOPLE).map((person): FactSentence => {
    const heard = person.lastHeardAt ? `last heard of on ${formatDay(person.lastHeardAt)}` : "not heard of yet";
    const titles = [person.title, person.role].filter(Boolean).join(", ");
    return {
      text: `${person.name}${titles ? ` (${titles})` : ""}, ${heard}.`,
      evidence: [firstLine(contactPassage(person))],
    };
  });
  const openDeals = input.deals.filter((deal) => deal.stageKind === "open");
  for (const deal of openDeals
    .filter(({ contacts }) => !contacts.some(({ role }) => role === "Decision Maker"))
    .slice(0, SHOWN_DEALS)) {
    sentences.push({
      text: `${deal.name} has no decision maker.`,
      evidence: [line(dealPassage(deal), LINE.contacts(deal))],
    });
  }
  return sentences;
}

/** What was agreed and is due: next steps of open deals and open tasks, the earliest first. */
export function nextSteps(input: SummaryInput): FactSentence[] {
  const today = input.now.toISOString().slice(0, 10);
  const steps = input.deals
    .filter((deal) => deal.stageKind === "open")
    .map((deal): FactSentence & { due: string } => {
      const passage = dealPassage(deal);
      if (!deal.nextStep)
        return { due: "9999", text: `${deal.name} has no next step.`, evidence: [line(passage, LINE.nextStep(deal))] };
      const due = deal.nextStepDue ? `, ${dueWords(deal.nextStepDue, today)}` : "";
      const evidence = [
        line(passage, LINE.nextStep(deal)),
        ...(deal.nextStepDue ? [line(passage, LINE.nextStepDue(deal))] : []),
      ];
      return { due: deal.nextStepDue ?? "9998", text: `${deal.name}: ${oneLine(deal.nextStep)}${due}.`, evidence };
    });
  const tasks = input.openTasks.map((task): FactSentence & { due: string } => {
    const due = task.dueOn ? `, ${dueWords(task.dueOn, today)}` : "";
    return {
      due: task.dueOn ?? "9998",
      text: `Task of ${task.ownerName}: ${oneLine(task.title)}${due}.`,
      evidence: [firstLine(taskPassage(task))],
    };
  });
  return [...steps, ...tasks]
    .sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : a.text < b.text ? -1 : 1))
    .map(({ text, evidence }) => ({ text, evidence }));
}

/** From when on a change counts as new. */
export function sinceOf({ now, lastVisitAt }: Pick<SummaryInput, "now" | "lastVisitAt">): Date {
  return lastVisitAt ?? new Date(now.getTime() - 14 * 86_400_000);
}

function totals(name: string, { deals }: SummaryInput): FactSentence {
  const open = deals.filter((deal) => deal.stageKind === "open");
  const won = deals.filter((deal) => deal.stageKind === "won");
  const lost = deals.length - open.length - won.length;
  const parts = [
    `${count(open.length, "open opportunity", "open opportunities")}${sum(open)}`,
    `${won.length} won${sum(won)}`,
    `${lost} lost`,
  ];
  const cited = byAmount(open).concat(byAmount(won)).slice(0, SHOWN_DEALS);
  return {
    text: `${name} has ${parts.join(", ")}.`,
    evidence: cited.map((deal) => line(dealPassage(deal), LINE.amount(deal))),
  };
}

/** " worth $120,000", per currency; nothing when no amount is known. */
function sum(deals: readonly DealSummaryFacts[]): string {
  const byCurrency = new Map<string, number>();
  for (const { amountCents, currency } of deals)
    if (amountCents !== undefined) byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + amountCents);
  const amounts = [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, cents]) => formatMoney(cents, currency));
  return amounts.length === 0 ? "" : ` worth ${amounts.join(" and ")}`;
}

function dealSentence(deal: DealSummaryFacts): FactSentence {
  const passage = dealPassage(deal);
  const amount = deal.amountCents === undefined ? "no amount" : formatMoney(deal.amountCents, deal.currency);
  const close = deal.closeDate ? `closing ${formatDay(deal.closeDate)}` : "no close date";
  const pushed = deal.closeDatePushes > 0 ? `, pushed ${count(deal.closeDatePushes, "time")}` : "";
  return {
    text: `${deal.name} is in ${deal.stageName} since ${formatDay(deal.stageEnteredAt)}, ${amount}, ${close}${pushed}.`,
    evidence: [LINE.stage(deal), LINE.amount(deal), LINE.closeDate(deal)].map((quote) => line(passage, quote)),
  };
}

function silence({ now, lastActivity, account, deals }: SummaryInput): FactSentence | undefined {
  if (!lastActivity) {
    const subject = account ? accountPassage(account) : deals[0] ? dealPassage(deals[0]) : undefined;
    return subject && { text: "No activity is recorded.", evidence: [firstLine(subject)] };
  }
  const { record, kind, subject, at } = lastActivity;
  const passage = cardPassage(record, subject, `${humanise(kind)}: ${oneLine(subject)}, ${formatDay(at)}`, at);
  return {
    text: `The last activity was ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind} on ${formatDay(at)}, ${count(daysBetween(at, now), "day")} ago.`,
    evidence: [firstLine(passage)],
  };
}

function dueWords(due: string, today: string): string {
  const late = daysBetween(due, today);
  return late > 0 ? `due ${formatDay(due)} (${count(late, "day")} overdue)` : `due ${formatDay(due)}`;
}

function byAmount(deals: readonly DealSummaryFacts[]): DealSummaryFacts[] {
  return [...deals].sort((a, b) => (b.amountCents ?? 0) - (a.amountCents ?? 0) || (a.id < b.id ? -1 : 1));
}

const oneLine = (text: string) =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.!]+$/, "");
const line = (passage: Passage, quote: string) => ({ passage, quote });
const firstLine = (passage: Passage) => ({ passage, quote: passage.body.split("\n")[0] ?? passage.body });
