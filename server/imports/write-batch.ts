import { and, eq, inArray, sql } from "drizzle-orm";
import {
  account,
  activity,
  activityLink,
  appUser,
  contact,
  lead,
  opportunity,
  opportunityStageHistory,
  product,
  team,
  type ActivityKind,
  type ImportRecordType,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { DomainError } from "#server/core/errors.ts";
import { emitEvents, type NewEvent, type SubjectType } from "#server/core/events.ts";
import { admitLeads, ensureCampaign, type NewLead } from "#server/leads/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { moveStage } from "#server/opportunities/index.ts";
import { idKey, remember, type Lookups } from "./lookups.ts";
import type { ImportOptions, RowPlan } from "./plan-row.ts";
import { nameKey } from "./spelling.ts";

export interface WriteContext {
  ctx: RequestContext;
  runId: string;
  lookups: Lookups;
  options: ImportOptions;
  /** Shared password hash of imported people in a demo workspace; without it they cannot sign in until invited. */
  passwordHash: string | undefined;
}

type Values = RowPlan["values"];
export interface PlannedRow {
  rowNumber: number;
  plan: RowPlan;
  /** Set when written: the record's fields before an update. */
  before?: Record<string, unknown>;
}

const SUBJECTS: Record<ImportRecordType, SubjectType> = {
  user: "user",
  account: "account",
  contact: "contact",
  product: "workspace",
  opportunity: "opportunity",
  activity: "activity",
  lead: "lead",
};

/** Writes the creations and updates of a batch and tells what happened; fills `recordId` and `before` of the rows. */
export async function writeBatch(write: WriteContext, type: ImportRecordType, rows: PlannedRow[]): Promise<void> {
  const creations = rows.filter(({ plan }) => plan.action === "create");
  const updates = rows.filter(({ plan }) => plan.action === "update");
  for (const row of creations) row.plan.recordId ??= newId();
  if (creations.length > 0) await insertAll(write, type, creations);
  for (const row of updates) await updateOne(write, type, row);
  if (type === "product") return;
  const written = [...creations, ...updates].filter(({ plan }) => plan.action === "create" || plan.action === "update");
  // New leads have told of themselves.
  const events = written
    .filter(({ plan }) => type !== "lead" || plan.action === "update")
    .map((row): NewEvent => {
      const { action, recordId, values } = row.plan;
      const subject = { type: SUBJECTS[type], id: recordId! };
      const data = {
        importRunId: write.runId,
        ...(values.accountId ? { accountId: values.accountId } : {}),
        ...(values.opportunityId ? { opportunityId: values.opportunityId } : {}),
      };
      const past = action === "create" ? (type === "activity" ? "logged" : "created") : "updated";
      return { type: `${type}.${past}`, subject, data };
    });
  await emitEvents(write.ctx, events);
}

async function insertAll(write: WriteContext, type: ImportRecordType, rows: PlannedRow[]): Promise<void> {
  const { ctx, runId, lookups } = write;
  const common = (row: PlannedRow) => ({ workspaceId: ctx.workspaceId, id: row.plan.recordId!, importRunId: runId });
  switch (type) {
    case "account":
      await ctx.db
        .insert(account)
        .values(rows.map((row) => ({ ...common(row), ...(accountValues(row.plan.values) as { name: string }) })));
      for (const { plan } of rows)
        remember(
          lookups.accounts,
          plan.recordId!,
          String(plan.values.name),
          plan.values.externalId as string | undefined,
        );
      return;
    case "contact":
      await ctx.db
        .insert(contact)
        .values(rows.map((row) => ({ ...common(row), ...(row.plan.values as { lastName: string }) })));
      for (const { plan } of rows) {
        if (plan.values.externalId) lookups.contacts.set(idKey(String(plan.values.externalId)), plan.recordId!);
        if (plan.values.email) lookups.contacts.set(String(plan.values.email), plan.recordId!);
      }
      return;
    case "product":
      await ctx.db.insert(product).values(rows.map((row) => ({ ...common(row), ...productValues(row.plan.values) })));
      for (const { plan } of rows)
        lookups.products.set(nameKey(String(plan.values.name)), { id: plan.recordId!, name: String(plan.values.name) });
      return;
    case "opportunity":
      return insertOpportunities(write, rows);
    case "activity":
      return insertActivities(write, rows);
    case "lead":
      return insertLeads(write, rows);
    case "user":
      for (const row of rows) await insertUser(write, row);
  }
}

const accountValues = ({ annualRevenue, parent: _parent, ...rest }: Values) => ({
  ...rest,
  ...(annualRevenue === undefined ? {} : { annualRevenueCents: annualRevenue }),
});
const productValues = ({ listPrice, ...rest }: Values) => ({
  ...(rest as { name: string }),
  listPriceCents: (listPrice as number | undefined) ?? null,
});

function opportunityValues({ lookups, ctx }: WriteContext, values: Values) {
  const { amount, ...rest } = values;
  const stage = [...lookups.stages.values()].find(({ id }) => id === values.stageId)!;
  const day = (key: string): Date | undefined =>
    values[key] ? new Date(`${String(values[key])}T12:00:00Z`) : undefined;
  const closedAt = stage.kind === "open" ? null : (day("closeDate") ?? ctx.now());
  return {
    ...(rest as { name: string; ownerId: string; stageId: string }),
    pipelineId: stage.pipelineId,
    stageKind: stage.kind,
    forecastCategory: stage.forecastCategory,
    probability: stage.kind === "open" ? Number(values.probability ?? stage.probability) : stage.probability,
    amountCents: (amount as number | undefined) ?? null,
    closedAt,
    stageEnteredAt: closedAt ?? day("openedOn") ?? ctx.now(),
  };
}

async function insertOpportunities(write: WriteContext, rows: PlannedRow[]): Promise<void> {
  const { ctx, runId, lookups } = write;
  const values = rows.map(({ plan }) => ({
    workspaceId: ctx.workspaceId,
    id: plan.recordId!,
    importRunId: runId,
    ...opportunityValues(write, plan.values),
  }));
  await ctx.db.insert(opportunity).values(values);
  await ctx.db.insert(opportunityStageHistory).values(
    values.map((row) => ({
      workspaceId: ctx.workspaceId,
      opportunityId: row.id,
      toStageId: row.stageId,
      movedAt: row.stageEnteredAt,
      actorId: actorId(ctx),
    })),
  );
  for (const { plan } of rows)
    if (plan.values.externalId) lookups.opportunities.set(idKey(String(plan.values.externalId)), plan.recordId!);
}

/** By the one way in for leads: rules, clock and first task for each, as for one that came alone. */
async function insertLeads({ ctx, runId, lookups }: WriteContext, rows: PlannedRow[]): Promise<void> {
  for (const { plan } of rows) await resolveCampaign(ctx, lookups, plan.values);
  await admitLeads(
    ctx,
    rows.map(({ plan }) => ({
      ...(plan.values as Values & Pick<NewLead, "lastName" | "source">),
      ...{ firstName: String(plan.values.firstName ?? ""), company: String(plan.values.company ?? "") },
      ...{ id: plan.recordId!, importRunId: runId, isTainted: true },
    })),
  );
  for (const { plan } of rows) {
    if (plan.values.externalId) lookups.leads.set(idKey(String(plan.values.externalId)), plan.recordId!);
    if (plan.values.email) lookups.leads.set(String(plan.values.email), plan.recordId!);
  }
}

/** The campaign's name becomes its id; one that is not there is made, with the policy for lists. */
async function resolveCampaign(ctx: RequestContext, lookups: Lookups, values: Values): Promise<void> {
  const name = values.campaign;
  delete values.campaign;
  if (typeof name !== "string") return;
  const known = lookups.campaigns.get(nameKey(name));
  const made = known ?? { id: await ensureCampaign(ctx, name), source: "event" as const };
  lookups.campaigns.set(nameKey(name), made);
  values.campaignId = made.id;
}

const KINDS: readonly [RegExp, ActivityKind][] = [
  [/call|phone/i, "call"],
  [/mail/i, "email"],
  [/meet|demo|event|lunch/i, "meeting"],
  [/visit|site/i, "visit"],
];

async function insertActivities({ ctx, runId }: WriteContext, rows: PlannedRow[]): Promise<void> {
  const links: (typeof activityLink.$inferInsert)[] = [];
  const values = rows.map(({ plan }) => {
    const { kind, occurredOn, accountId, opportunityId, ...rest } = plan.values;
    const occurredAt = occurredOn ? new Date(`${String(occurredOn)}T12:00:00Z`) : ctx.now();
    const common = { workspaceId: ctx.workspaceId, activityId: plan.recordId!, occurredAt };
    if (accountId) links.push({ ...common, accountId: String(accountId) });
    if (opportunityId) links.push({ ...common, opportunityId: String(opportunityId) });
    return {
      ...(rest as { subject: string; ownerId: string }),
      workspaceId: ctx.workspaceId,
      id: plan.recordId!,
      importRunId: runId,
      occurredAt,
      kind: KINDS.find(([word]) => word.test(String(kind ?? "")))?.[1] ?? ("note" as const),
      isTainted: true,
    };
  });
  await ctx.db.insert(activity).values(values);
  await ctx.db.insert(activityLink).values(links);
}

/** A person, in the team that his manager leads; manager and team are made when they are not there. */
async function insertUser(write: WriteContext, row: PlannedRow): Promise<void> {
  const { ctx, lookups } = write;
  const { name, email, manager, team: region } = row.plan.values as Record<string, string | undefined>;
  const regionId = region ? await ensureTeam(write, region, null, null) : null;
  let teamId = regionId;
  if (manager) {
    const managerId =
      lookups.users.get(nameKey(manager)) ??
      (await addUser(write, { id: newId(), name: manager, role: "manager", teamId: null }));
    teamId = await ensureTeam(write, `Team ${manager}`, regionId, managerId);
    await ctx.db
      .update(appUser)
      .set({ role: sql`case when ${appUser.role} = 'rep' then 'manager' else ${appUser.role} end`, teamId })
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, managerId)));
  }
  await addUser(write, { id: row.plan.recordId!, name: name!, role: "rep", teamId, ...(email ? { email } : {}) });
}

async function addUser(
  { ctx, lookups, options, passwordHash, runId }: WriteContext,
  user: { id: string; name: string; role: string; teamId: string | null; email?: string },
): Promise<string> {
  const base =
    user.name
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ".")
      .replace(/^\.|\.$/g, "") || "user";
  let email = user.email ?? `${base}@${options.emailDomain}`;
  for (let n = 2; lookups.users.has(email); n++) email = `${base}.${n}@${options.emailDomain}`;
  await ctx.db.insert(appUser).values({
    ...user,
    email,
    workspaceId: ctx.workspaceId,
    externalId: `import:${runId}`,
    passwordHash: passwordHash ?? null,
    isDemo: passwordHash !== undefined,
  });
  remember(lookups.users, user.id, user.name, null);
  lookups.users.set(email, user.id);
  return user.id;
}

async function ensureTeam(
  { ctx, lookups }: WriteContext,
  name: string,
  parentTeamId: string | null,
  managerId: string | null,
): Promise<string> {
  const known = lookups.teams.get(nameKey(name));
  if (known) return known;
  const id = newId();
  await ctx.db.insert(team).values({ workspaceId: ctx.workspaceId, id, name, parentTeamId, managerId });
  lookups.teams.set(nameKey(name), id);
  return id;
}

const TABLES = { account, contact, product, opportunity, lead } as const;

async function updateOne(write: WriteContext, type: ImportRecordType, row: PlannedRow): Promise<void> {
  const { ctx } = write;
  if (type === "user" || type === "activity") return void (row.plan.action = "skip");
  const table = TABLES[type];
  const where = and(eq(table.workspaceId, ctx.workspaceId), eq(table.id, row.plan.recordId!));
  const [before] = await ctx.db.select().from(table).where(where).for("update");
  if (!before) return void (row.plan.action = "skip");
  if (type === "lead") {
    await resolveCampaign(ctx, write.lookups, row.plan.values);
    // How it came here stays as it was.
    delete row.plan.values.source;
    delete row.plan.values.ownerId;
  }
  if (type === "opportunity") return updateDeal(write, row, before as Deal);
  const values: Record<string, unknown> =
    type === "account"
      ? accountValues(row.plan.values)
      : type === "product"
        ? productValues(row.plan.values)
        : row.plan.values;
  const changed = differences(before as Record<string, unknown>, values);
  if (Object.keys(changed).length === 0) return void (row.plan.action = "skip");
  row.before = pick(before as Record<string, unknown>, Object.keys(changed));
  row.before.version = before.version + 1;
  await ctx.db
    .update(table)
    .set({ ...changed, version: before.version + 1, updatedAt: ctx.now() } as never)
    .where(where);
}

type Deal = typeof opportunity.$inferSelect;

/** A deal that is here goes to another stage by its gates, like everybody's; refused, the whole row changes nothing. */
async function updateDeal(write: WriteContext, row: PlannedRow, before: Deal): Promise<void> {
  const { ctx } = write;
  const { amount, stageId, ...rest } = row.plan.values;
  const values = { ...rest, ...(amount === undefined ? {} : { amountCents: amount }) };
  const changed = differences(before, values);
  const movesTo = typeof stageId === "string" && stageId !== before.stageId ? stageId : undefined;
  if (Object.keys(changed).length === 0 && !movesTo) return void (row.plan.action = "skip");
  const where = and(eq(opportunity.workspaceId, ctx.workspaceId), eq(opportunity.id, before.id));
  try {
    await withTransaction(ctx, async (ctx) => {
      const version = before.version + 1;
      await ctx.db
        .update(opportunity)
        .set({ ...changed, version, updatedAt: ctx.now() })
        .where(where);
      const reason = String(row.plan.values.lossReason ?? "Imported");
      if (movesTo) await moveStage(ctx, { opportunityId: before.id, version, stageId: movesTo, reason });
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    row.plan.action = "fail";
    return void row.plan.messages.push({ column: null, severity: "error", text: error.message });
  }
  const [after] = await ctx.db.select().from(opportunity).where(where);
  const { version: _version, updatedAt: _updatedAt, ...fields } = after!;
  row.before = pick(before, Object.keys(differences(before, fields)));
  row.before.version = after!.version;
}

const differences = (before: object, values: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(([key, value]) => !isSame((before as Record<string, unknown>)[key], value)),
  );

const pick = (from: object, keys: string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, (from as Record<string, unknown>)[key]]));

const isSame = (a: unknown, b: unknown): boolean =>
  a instanceof Date && b instanceof Date
    ? a.getTime() === b.getTime()
    : a === b || (a === null && b === undefined) || (isObject(a) && JSON.stringify(a) === JSON.stringify(b));
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

/** Second pass over accounts: parents may stand later in the file than their children. @returns messages by row. */
export async function linkParents(
  { ctx, lookups }: WriteContext,
  wanted: { rowNumber: number; id: string; parent: string }[],
): Promise<Map<number, string>> {
  const problems = new Map<number, string>();
  const parentOf = new Map<string, string>();
  const existing = await ctx.db
    .select({ id: account.id, parentId: account.parentAccountId })
    .from(account)
    .where(and(eq(account.workspaceId, ctx.workspaceId), sql`${account.parentAccountId} is not null`));
  for (const row of existing) parentOf.set(row.id, row.parentId!);
  for (const { rowNumber, id, parent } of wanted) {
    const parentId = lookups.accounts.get(idKey(parent)) ?? lookups.accounts.get(nameKey(parent));
    if (!parentId)
      problems.set(rowNumber, `There is no account "${parent.slice(0, 80)}" to stand above it; left empty`);
    else if (standsAbove(parentOf, id, parentId))
      problems.set(rowNumber, `"${parent.slice(0, 80)}" would make a circle; left empty`);
    else parentOf.set(id, parentId);
  }
  const byParent = new Map<string, string[]>();
  for (const { id } of wanted) {
    const parentId = parentOf.get(id);
    if (parentId) byParent.set(parentId, [...(byParent.get(parentId) ?? []), id]);
  }
  for (const [parentAccountId, ids] of byParent) {
    await ctx.db
      .update(account)
      .set({ parentAccountId })
      .where(and(eq(account.workspaceId, ctx.workspaceId), inArray(account.id, ids)));
  }
  return problems;
}

function standsAbove(parentOf: Map<string, string>, id: string, parentId: string): boolean {
  for (let at: string | undefined = parentId; at; at = parentOf.get(at)) if (at === id) return true;
  return false;
}
