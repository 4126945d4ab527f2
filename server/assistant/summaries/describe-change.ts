import type { FieldChange } from "#db/schema/index.ts";
import { formatDay, formatMoney, humanise } from "#ai/records/format.ts";

/** Names behind the ids that events carry. */
export interface ChangeNames {
  stage(id: string): string | undefined;
  user(id: string): string | undefined;
  contact(id: string): string | undefined;
  currency: string;
}

interface ChangeEvent {
  type: string;
  changes: Record<string, FieldChange>;
  data: Record<string, unknown>;
}

type Words = (value: unknown, names: ChangeNames) => string;

const plain: Words = (value) => String(value);
const day: Words = (value) => (typeof value === "string" ? formatDay(value) : String(value));

/** Fields worth a line, with how their values are written. What is not here is not said. */
const FIELDS: Record<string, { label: string; words: Words }> = {
  name: { label: "name", words: plain },
  stageId: { label: "stage", words: (value, names) => names.stage(String(value)) ?? "another stage" },
  amountCents: { label: "amount", words: (value, names) => formatMoney(Number(value), names.currency) },
  closeDate: { label: "close date", words: day },
  nextStep: { label: "next step", words: plain },
  nextStepDue: { label: "next step date", words: day },
  forecastCategory: { label: "forecast category", words: (value) => humanise(String(value)) },
  ownerId: { label: "owner", words: (value, names) => names.user(String(value)) ?? "another person" },
  title: { label: "title", words: plain },
  industry: { label: "industry", words: plain },
};

/** One short line per changed field, or per fact for events without fields; empty for what is not worth telling. */
export function describeChange({ type, changes, data }: ChangeEvent, names: ChangeNames): string[] {
  // In the order of the list above: jsonb keeps none.
  const lines = Object.entries(FIELDS).flatMap(([field, { label, words }]) => {
    const change = changes[field];
    if (!change) return [];
    const say = (value: unknown) =>
      value === null || value === undefined || value === "" ? "none" : words(value, names);
    return [`${label} changed from ${say(change[0])} to ${say(change[1])}`];
  });
  if (lines.length > 0) return lines;
  const contactName = typeof data.contactId === "string" ? (names.contact(data.contactId) ?? "a contact") : "a contact";
  if (type === "opportunity.created") return ["the opportunity was created"];
  if (type === "contact.created") return ["the contact was created"];
  if (type === "opportunity.contact_set")
    return [`${contactName} was put on the deal${data.role ? ` as ${String(data.role)}` : ""}`];
  if (type === "opportunity.contact_removed") return [`${contactName} was taken off the deal`];
  return [];
}
