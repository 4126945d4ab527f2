import type { Passage, RecordRef } from "../evidence.ts";
import { chunkFactCard } from "../text/chunk.ts";
import { formatDay, formatMoney, humanise } from "./format.ts";

/** Facts of a deal as the database knows them; names are resolved, nothing is computed. */
export interface DealFacts {
  readonly id: string;
  readonly name: string;
  readonly accountName?: string | undefined;
  readonly ownerName: string;
  readonly stageName: string;
  readonly stageKind: "open" | "won" | "lost";
  readonly stageEnteredAt: Date;
  readonly amountCents?: number | undefined;
  readonly currency: string;
  readonly closeDate?: string | undefined;
  readonly forecastCategory: string;
  readonly probability: number;
  readonly nextStep?: string | undefined;
  readonly nextStepDue?: string | undefined;
  readonly productName?: string | undefined;
  readonly lossReason?: string | undefined;
  readonly contacts: readonly { name: string; role?: string | undefined }[];
  readonly updatedAt: Date;
}

export interface AccountFacts {
  readonly id: string;
  readonly name: string;
  readonly industry?: string | undefined;
  readonly domain?: string | undefined;
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  readonly employees?: number | undefined;
  readonly annualRevenueCents?: number | undefined;
  readonly currency: string;
  readonly description?: string | undefined;
  readonly parentName?: string | undefined;
  readonly ownerName?: string | undefined;
  readonly updatedAt: Date;
}

export interface ContactFacts {
  readonly id: string;
  readonly name: string;
  readonly title?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly accountName?: string | undefined;
  readonly notes?: string | undefined;
  readonly updatedAt: Date;
}

export interface TaskFacts {
  readonly id: string;
  readonly title: string;
  readonly dueOn?: string | undefined;
  readonly doneAt?: Date | undefined;
  readonly ownerName: string;
  readonly updatedAt: Date;
}

/** The lines under which a card states its fields; statements quote them, so a change here changes quotations. */
export const LINE = {
  stage: (deal: DealFacts) => `Stage: ${deal.stageName}`,
  stageSince: (deal: DealFacts) => `In stage since: ${formatDay(deal.stageEnteredAt)}`,
  amount: (deal: DealFacts) =>
    `Amount: ${deal.amountCents === undefined ? "none" : formatMoney(deal.amountCents, deal.currency)}`,
  closeDate: (deal: DealFacts) => `Close date: ${deal.closeDate ? formatDay(deal.closeDate) : "none"}`,
  nextStep: (deal: DealFacts) => `Next step: ${deal.nextStep ? deal.nextStep.replace(/\s+/g, " ").trim() : "none"}`,
  nextStepDue: (deal: DealFacts) => `Next step due: ${deal.nextStepDue ? formatDay(deal.nextStepDue) : "none"}`,
  contacts: (deal: DealFacts) =>
    `Contacts: ${deal.contacts.length === 0 ? "none" : deal.contacts.map(({ name, role }) => (role ? `${name} (${role})` : name)).join(", ")}`,
} as const;

export function dealCard(deal: DealFacts): string {
  return [
    `Opportunity: ${deal.name}`,
    ...cardLines([["Account", deal.accountName]]),
    LINE.stage(deal),
    LINE.stageSince(deal),
    LINE.amount(deal),
    LINE.closeDate(deal),
    `Forecast category: ${humanise(deal.forecastCategory)}`,
    `Probability: ${Math.round(deal.probability * 100)}%`,
    LINE.nextStep(deal),
    LINE.nextStepDue(deal),
    LINE.contacts(deal),
    ...cardLines([
      ["Product", deal.productName],
      ["Loss reason", deal.lossReason],
      ["Owner", deal.ownerName],
    ]),
  ].join("\n");
}

export function accountCard(account: AccountFacts): string {
  return cardLines([
    ["Account", account.name],
    ["Industry", account.industry],
    ["Website", account.domain],
    ["Location", [account.city, account.country].filter(Boolean).join(", ")],
    ["Employees", account.employees?.toString()],
    [
      "Annual revenue",
      account.annualRevenueCents === undefined ? undefined : formatMoney(account.annualRevenueCents, account.currency),
    ],
    ["Parent account", account.parentName],
    ["Description", account.description],
    ["Owner", account.ownerName],
  ]).join("\n");
}

export function contactCard(contact: ContactFacts): string {
  return cardLines([
    ["Contact", contact.name],
    ["Title", contact.title],
    ["Account", contact.accountName],
    ["E-mail", contact.email],
    ["Phone", contact.phone],
    ["Notes", contact.notes],
  ]).join("\n");
}

export function taskCard(task: TaskFacts): string {
  return cardLines([
    ["Task", task.title],
    ["Due", task.dueOn ? formatDay(task.dueOn) : undefined],
    ["Status", task.doneAt ? `Done ${formatDay(task.doneAt)}` : "Open"],
    ["Owner", task.ownerName],
  ]).join("\n");
}

/** A card as citable evidence; its handle is the record itself. */
export function cardPassage(record: RecordRef, label: string, body: string, updatedAt: Date): Passage {
  return {
    handle: `${record.type}:${record.id}`,
    record,
    label,
    body,
    facts: [],
    occurredAt: updatedAt,
    isTainted: false,
  };
}

export const dealPassage = (deal: DealFacts): Passage =>
  cardPassage({ type: "opportunity", id: deal.id }, deal.name, dealCard(deal), deal.updatedAt);
export const accountPassage = (account: AccountFacts): Passage =>
  cardPassage({ type: "account", id: account.id }, account.name, accountCard(account), account.updatedAt);
export const contactPassage = (contact: ContactFacts): Passage =>
  cardPassage({ type: "contact", id: contact.id }, contact.name, contactCard(contact), contact.updatedAt);
export const taskPassage = (task: TaskFacts): Passage =>
  cardPassage({ type: "task", id: task.id }, task.title, taskCard(task), task.updatedAt);

function cardLines(fields: readonly (readonly [label: string, value: string | undefined])[]): string[] {
  const body = chunkFactCard(fields.map(([label, value]) => ({ label, value: value ?? "" })))[0]?.body;
  return body === undefined ? [] : body.split("\n");
}
