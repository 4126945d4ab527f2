import { LEAD_SOURCES, type ImportRecordType } from "#db/schema/index.ts";
import { IMPORT_FIELDS, type ImportField } from "./fields.ts";
import { findByIdOrName, idKey, type Lookups } from "./lookups.ts";
import { parseDay, parseInteger, parseMoney, parseProbability, type DateOrder, type Parsed } from "./parse-value.ts";
import { COUNTRIES, INDUSTRIES, nameKey, nearestWord } from "./spelling.ts";

export interface RowMessage {
  column: string | null;
  severity: "error" | "warning";
  text: string;
  /** The file's word, for the screen to ask which stage it is. */
  unknownStage?: string;
}

export interface ImportOptions {
  /** What a record that is there already gets: its fields updated, or nothing. */
  duplicates: "update" | "skip";
  /** Revenue columns are often in thousands or millions. */
  moneyUnit: 1 | 1000 | 1_000_000;
  dateOrder: DateOrder | "auto";
  /** Stage of the file → id of a stage here, for words that are not known. */
  stageMap: Record<string, string>;
  /** Owner of records whose file names none. */
  defaultOwnerId: string;
  /** Domain of made-up addresses of imported people without one. */
  emailDomain: string;
}

/** What is to become of one row. `values` are the record's fields by their key here, references already resolved to ids. */
export interface RowPlan {
  action: "create" | "update" | "skip" | "fail";
  recordId: string | null;
  values: Record<string, string | number | null>;
  messages: RowMessage[];
}

type Cells = Record<string, string>;

/** Reads one row: types, references, duplicates, and what looks wrong. Never throws for what a file can contain. */
export function planRow(
  type: ImportRecordType,
  cells: Cells,
  mapping: Record<string, string>,
  lookups: Lookups,
  options: ImportOptions,
  dateOrder: DateOrder,
): RowPlan {
  const messages: RowMessage[] = [];
  const values: RowPlan["values"] = {};
  const columnOf = new Map(Object.entries(mapping).map(([column, key]) => [key, column]));
  const warn = (key: string, text: string): void =>
    void messages.push({ column: columnOf.get(key) ?? null, severity: "warning", text });
  const fail = (key: string, text: string, more: Pick<RowMessage, "unknownStage"> = {}): void =>
    void messages.push({ column: columnOf.get(key) ?? null, severity: "error", text, ...more });

  for (const field of IMPORT_FIELDS[type]) {
    const column = columnOf.get(field.key);
    const text = column === undefined ? "" : (cells[column] ?? "").trim();
    if (text === "") {
      if (field.isRequired) fail(field.key, `${field.label} is missing`);
      continue;
    }
    const parsed = parseField(field, text, options, dateOrder);
    if ("problem" in parsed) {
      if (field.isRequired) fail(field.key, parsed.problem);
      else warn(field.key, `${parsed.problem}; left empty`);
    } else values[field.key] = parsed.value;
  }
  noticeMisspellings(values, warn);
  const namesOwner = values.owner !== undefined;
  resolveReferences(type, values, lookups, options, { warn, fail });

  const existing = findExisting(type, values, lookups);
  if (messages.some(({ severity }) => severity === "error"))
    return { action: "fail", recordId: null, values, messages };
  if (existing && options.duplicates === "skip") {
    messages.push({ column: null, severity: "warning", text: "Is here already; skipped" });
    return { action: "skip", recordId: existing, values, messages };
  }
  // Bringing a record up to date does not take it from its owner.
  if (existing && !namesOwner) delete values.ownerId;
  return { action: existing ? "update" : "create", recordId: existing ?? null, values, messages };
}

function parseField(field: ImportField, text: string, options: ImportOptions, dateOrder: DateOrder): Parsed {
  switch (field.kind) {
    case "integer":
      return parseInteger(text);
    case "money":
      return parseMoney(text, field.key === "annualRevenue" ? options.moneyUnit : 1);
    case "date":
      return parseDay(text, dateOrder);
    case "probability":
      return parseProbability(text);
    case "email":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && text.length <= 254
        ? { value: text.toLowerCase() }
        : { problem: `"${text.slice(0, 40)}" is no e-mail address` };
    case "text": {
      const clean = text.replaceAll("\u0000", "");
      const max = field.maxLength ?? 1000;
      return clean.length > max ? { problem: `longer than ${max} characters` } : { value: clean };
    }
  }
}

function noticeMisspellings(values: RowPlan["values"], warn: (key: string, text: string) => void): void {
  for (const [key, known] of [
    ["country", COUNTRIES],
    ["industry", INDUSTRIES],
  ] as const) {
    const word = values[key];
    const meant = typeof word === "string" ? nearestWord(word, known) : undefined;
    if (meant) warn(key, `"${word}" looks misspelt; is "${meant}" meant? Kept as it is`);
  }
}

interface Say {
  warn(key: string, text: string): void;
  fail(key: string, text: string, more?: Pick<RowMessage, "unknownStage">): void;
}

/** Replaces names by ids. A name that is not known leaves the field empty and says so; only a stage is worth refusing the row. */
function resolveReferences(
  type: ImportRecordType,
  values: RowPlan["values"],
  lookups: Lookups,
  options: ImportOptions,
  say: Say,
): void {
  const take = (key: string): string | undefined => {
    const text = values[key];
    delete values[key];
    return typeof text === "string" ? text : undefined;
  };
  if (type !== "user" && type !== "product") {
    const name = take("owner");
    const ownerId = name ? (lookups.users.get(name.toLowerCase()) ?? findByIdOrName(lookups.users, name)) : undefined;
    if (name && !ownerId)
      say.warn(
        "owner",
        `Nobody here is called "${name.slice(0, 80)}"; ${type === "lead" ? "assigned by rule" : "given to you"}`,
      );
    if (ownerId && !lookups.mayOwn(ownerId))
      say.fail("owner", `You give records to yourself and your own team, not to "${name!.slice(0, 80)}"`);
    // Without an owner the rules choose one.
    if (type === "lead" ? ownerId : type !== "account" || ownerId || !lookups.seesAll)
      values.ownerId = ownerId ?? options.defaultOwnerId;
  }
  if (type === "contact" || type === "opportunity" || type === "activity") {
    const name = take("account");
    const accountId = name ? findByIdOrName(lookups.accounts, name) : undefined;
    if (name && !accountId) say.warn("account", `There is no account "${name.slice(0, 80)}"; left empty`);
    if (accountId) values.accountId = accountId;
    if (!name && type === "opportunity") say.warn("account", "No account given");
  }
  if (type === "lead") resolveLead(values, lookups, say, take);
  if (type === "opportunity") resolveDeal(values, lookups, options, say, take);
  if (type === "activity") {
    const ref = take("opportunity");
    const opportunityId = ref ? lookups.opportunities.get(idKey(ref)) : undefined;
    if (ref && !opportunityId) say.warn("opportunity", `There is no opportunity "${ref.slice(0, 80)}"; left empty`);
    if (opportunityId) values.opportunityId = opportunityId;
    if (!values.accountId && !values.opportunityId)
      say.fail("account", "Belongs to no account and no opportunity that is here");
  }
}

/** A campaign that is not there yet is made by its name when the row is written. */
function resolveLead(
  values: RowPlan["values"],
  lookups: Lookups,
  say: Say,
  take: (key: string) => string | undefined,
): void {
  const source = take("source");
  const known = LEAD_SOURCES.find((one) => one === source?.toLowerCase().trim());
  if (source && !known) say.warn("source", `"${source.slice(0, 40)}" is no source here; taken as "import"`);
  const campaign = typeof values.campaign === "string" ? lookups.campaigns.get(nameKey(values.campaign)) : undefined;
  values.source = known ?? campaign?.source ?? (values.campaign ? "event" : "import");
}

function resolveDeal(
  values: RowPlan["values"],
  lookups: Lookups,
  options: ImportOptions,
  say: Say,
  take: (key: string) => string | undefined,
): void {
  const stageName = take("stage");
  if (stageName) {
    const stageId = options.stageMap[stageName] ?? lookups.stages.get(nameKey(stageName))?.id;
    if (stageId) values.stageId = stageId;
    else {
      const unknownStage = stageName.slice(0, 80);
      say.fail("stage", `"${unknownStage}" is no stage here; say which one it is`, { unknownStage });
    }
  }
  const productName = take("product");
  const product = productName ? lookups.products.get(nameKey(productName)) : undefined;
  if (product) {
    values.productId = product.id;
    if (product.name !== productName) say.warn("product", `"${productName}" read as the product "${product.name}"`);
  } else if (productName) say.warn("product", `There is no product "${productName.slice(0, 80)}"; left empty`);
  values.name ??=
    [productName ?? product?.name, values.externalId].filter(Boolean).join(" · ") || "Imported opportunity";
}

function findExisting(type: ImportRecordType, values: RowPlan["values"], lookups: Lookups): string | undefined {
  const text = (key: string): string | undefined => (typeof values[key] === "string" ? values[key] : undefined);
  const id = text("externalId");
  switch (type) {
    case "user":
      return lookups.users.get(text("email") ?? "") ?? lookups.users.get(nameKey(text("name") ?? ""));
    case "account":
      return (
        (id && lookups.accounts.get(idKey(id))) ?? (id ? undefined : lookups.accounts.get(nameKey(text("name") ?? "")))
      );
    case "contact":
      return (id && lookups.contacts.get(idKey(id))) ?? lookups.contacts.get(text("email") ?? "");
    case "product":
      return lookups.products.get(nameKey(text("name") ?? ""))?.id;
    case "opportunity":
      return id ? lookups.opportunities.get(idKey(id)) : undefined;
    case "lead":
      return (id && lookups.leads.get(idKey(id))) || lookups.leads.get(text("email") ?? "");
    case "activity":
      return undefined;
  }
}
