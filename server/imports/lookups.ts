import { and, eq, isNull, ne } from "drizzle-orm";
import {
  account,
  appUser,
  campaign,
  contact,
  lead,
  opportunity,
  pipeline,
  product,
  stage,
  team,
  type LeadSource,
} from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { nameKey } from "./spelling.ts";

type Stage = typeof stage.$inferSelect;

/** What rows of a file may refer to, by every name it can be called; read once per run and kept up as the run creates records. */
export interface Lookups {
  accounts: Map<string, string>;
  contacts: Map<string, string>;
  opportunities: Map<string, string>;
  products: Map<string, { id: string; name: string }>;
  /** Leads by external id and by address. */
  leads: Map<string, string>;
  campaigns: Map<string, { id: string; source: LeadSource }>;
  users: Map<string, string>;
  teams: Map<string, string>;
  stages: Map<string, Stage>;
  openStages: Stage[];
  /** Whether the importing person sees every record; if not, what he imports is his own or his team's. */
  seesAll: boolean;
  mayOwn(userId: string): boolean;
}

/** Of records only those that the importing person may open: a file must not find out, or change, what a screen would not show. */
export async function loadLookups(ctx: RequestContext): Promise<Lookups> {
  const w = ctx.workspaceId;
  const { actor } = ctx;
  const seesAll = actor.kind === "job" || actor.seesAll;
  const accounts = new Map<string, string>();
  for (const row of await ctx.db
    .select({ id: account.id, name: account.name, externalId: account.externalId })
    .from(account)
    .where(and(eq(account.workspaceId, w), isNull(account.deletedAt)))) {
    remember(accounts, row.id, row.name, row.externalId);
  }
  const contacts = new Map<string, string>();
  for (const row of await ctx.db
    .select({ id: contact.id, email: contact.email, externalId: contact.externalId })
    .from(contact)
    .where(and(eq(contact.workspaceId, w), isNull(contact.deletedAt)))) {
    if (row.externalId) contacts.set(idKey(row.externalId), row.id);
    if (row.email) contacts.set(row.email.toLowerCase(), row.id);
  }
  const opportunities = new Map<string, string>();
  for (const row of await ctx.db
    .select({ id: opportunity.id, externalId: opportunity.externalId })
    .from(opportunity)
    .where(and(eq(opportunity.workspaceId, w), isNull(opportunity.deletedAt)))) {
    if (row.externalId) opportunities.set(idKey(row.externalId), row.id);
  }
  const leads = new Map<string, string>();
  for (const row of await ctx.db
    .select({ id: lead.id, email: lead.email, externalId: lead.externalId })
    .from(lead)
    .where(and(eq(lead.workspaceId, w), isNull(lead.deletedAt), ne(lead.status, "converted")))) {
    if (row.externalId) leads.set(idKey(row.externalId), row.id);
    if (row.email) leads.set(row.email.toLowerCase(), row.id);
  }
  const campaigns = await ctx.db
    .select({ id: campaign.id, name: campaign.name, source: campaign.source })
    .from(campaign)
    .where(eq(campaign.workspaceId, w));
  const products = new Map<string, { id: string; name: string }>();
  for (const row of await ctx.db
    .select({ id: product.id, name: product.name })
    .from(product)
    .where(and(eq(product.workspaceId, w), isNull(product.deletedAt)))) {
    products.set(nameKey(row.name), row);
  }
  const users = new Map<string, string>();
  for (const row of await ctx.db
    .select({ id: appUser.id, name: appUser.name, email: appUser.email, externalId: appUser.externalId })
    .from(appUser)
    .where(eq(appUser.workspaceId, w))) {
    remember(users, row.id, row.name, row.externalId);
    users.set(row.email.toLowerCase(), row.id);
  }
  const teamRows = await ctx.db.select({ id: team.id, name: team.name }).from(team).where(eq(team.workspaceId, w));
  const stageRows = await ctx.db
    .select({ stage })
    .from(stage)
    .innerJoin(pipeline, and(eq(pipeline.workspaceId, stage.workspaceId), eq(pipeline.id, stage.pipelineId)))
    .where(and(eq(stage.workspaceId, w), eq(pipeline.isDefault, true)))
    .orderBy(stage.position);
  const stages = stageRows.map((row) => row.stage);
  return {
    accounts,
    contacts,
    opportunities,
    products,
    leads,
    campaigns: new Map(campaigns.map(({ name, ...row }) => [nameKey(name), row])),
    users,
    teams: new Map(teamRows.map((row) => [nameKey(row.name), row.id])),
    stages: nameStages(stages),
    openStages: stages.filter(({ kind }) => kind === "open"),
    seesAll,
    mayOwn: (userId) => actor.kind === "job" || seesAll || actor.ownerIds.includes(userId),
  };
}

/** An external id keeps its case: Salesforce's ids differ by it. The prefix keeps ids and names apart. */
export const idKey = (externalId: string): string => `id:${externalId.trim()}`;

export function remember(
  map: Map<string, string>,
  id: string,
  name: string,
  externalId: string | null | undefined,
): void {
  if (!map.has(nameKey(name))) map.set(nameKey(name), id);
  if (externalId) map.set(idKey(externalId), id);
}

/** By external id first, then by name. */
export const findByIdOrName = (map: Map<string, string>, text: string): string | undefined =>
  map.get(idKey(text)) ?? map.get(nameKey(text));

/** What other products call stages. Words outside of this list must be mapped by the person who imports. */
const STAGE_WORDS: Record<string, readonly string[]> = {
  Qualification: ["prospecting", "qualified", "new", "lead", "needsanalysis"],
  Discovery: ["engaging", "contacted", "contactmade", "valueproposition", "perceptionanalysis", "iddecisionmakers"],
  Proposal: ["proposalpricequote", "quote", "proposalmade", "presentation"],
  Negotiation: ["negotiationreview", "negotiations", "contractsent"],
  "Closed Won": ["won", "closedwon", "win"],
  "Closed Lost": ["lost", "closedlost", "loss"],
};

function nameStages(stages: Stage[]): Map<string, Stage> {
  const named = new Map<string, Stage>();
  for (const one of stages) for (const word of STAGE_WORDS[one.name] ?? []) named.set(word, one);
  for (const one of stages) named.set(nameKey(one.name), one);
  return named;
}
