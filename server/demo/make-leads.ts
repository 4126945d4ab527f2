import { and, eq } from "drizzle-orm";
import { insertRows } from "#db/insert-rows.ts";
import {
  activity,
  activityLink,
  campaign,
  lead,
  leadSlaPolicy,
  task,
  webForm,
  type LeadSource,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvents, type NewEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { admitLeads, type NewLead } from "#server/leads/index.ts";
import type { Random } from "./random.ts";
import { COUNTRIES, FIRST_NAMES, INDUSTRIES, LAST_NAMES, TITLES } from "./vocabulary.ts";

const LEADS = 300;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BUSINESSES = [
  "Freight",
  "Foods",
  "Tools",
  "Clinics",
  "Papers",
  "Energy",
  "Optics",
  "Textiles",
  "Software",
  "Parts",
];
const PLACES = [
  "Harbour",
  "Alpine",
  "Lakeside",
  "Northern",
  "Delta",
  "Granite",
  "Sunrise",
  "Cedar",
  "Summit",
  "Prairie",
];
const SOURCES: LeadSource[] = ["web", "web", "web", "event", "event", "email", "referral", "partner", "phone"];
const WISHES = [
  "We compare three suppliers and decide this quarter.",
  "Please send prices for about forty seats.",
  "Saw your stand and would like a demo for our operations team.",
  "Our contract runs out in the spring.",
  "How do you handle data from several sites?",
];
const CALLS = [
  ["connected", "Talked for twenty minutes. They replace a home-made tool and want to see reports first."],
  ["voicemail", "Left a message with two times to call back."],
  ["no_response", "No answer; a mail went out instead."],
] as const;
const SIGNALS = [
  "site_visited",
  "pricing_viewed",
  "email_opened",
  "email_clicked",
  "content_downloaded",
  "event_attended",
];

interface Rep {
  id: string;
}

/** Leads in all states but converted, which only a conversion makes; each came in by the same way as a real one. */
export async function makeLeads(ctx: RequestContext, random: Random, reps: readonly Rep[]): Promise<void> {
  const campaigns = await makeCampaigns(ctx);
  for (let made = 0; made < LEADS; made += 25) {
    // Later ones came later: the newest within the hour.
    const hoursAgo = ((LEADS - 25 - made) / LEADS) * 21 * 24;
    const cameAt = new Date(ctx.now().getTime() - hoursAgo * HOUR_MS - random.int(3) * HOUR_MS);
    const batch = Array.from({ length: 25 }, () => makeLead(random, campaigns));
    await admitLeads({ ...ctx, now: () => cameAt }, batch);
    if (hoursAgo > 12) await withTransaction(ctx, (ctx) => workOn(ctx, random, batch, cameAt, reps));
  }
}

async function makeCampaigns(ctx: RequestContext): Promise<string[]> {
  const ids = [newId(), newId(), newId()];
  await withTransaction(ctx, async (ctx) => {
    const { workspaceId } = ctx;
    const [policy] = await ctx.db
      .select({ id: leadSlaPolicy.id })
      .from(leadSlaPolicy)
      .where(and(eq(leadSlaPolicy.workspaceId, workspaceId), eq(leadSlaPolicy.name, "Event list")));
    await ctx.db.insert(campaign).values([
      { workspaceId, id: ids[0]!, name: "Logistics Fair", source: "event", slaPolicyId: policy?.id ?? null },
      { workspaceId, id: ids[1]!, name: "Spring webinar", source: "event", slaPolicyId: policy?.id ?? null },
      { workspaceId, id: ids[2]!, name: "Website", source: "web" },
    ]);
    const form = { workspaceId, id: newId(), name: "Contact us", campaignId: ids[2]! };
    // Of a demo workspace only, and made anew with each.
    await ctx.db.insert(webForm).values({ ...form, publicKey: newId() });
  });
  return ids;
}

function makeLead(random: Random, campaigns: readonly string[]): NewLead {
  const [firstName, lastName] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const company = `${random.pick(PLACES)} ${random.pick(BUSINESSES)}`;
  const source = random.pick(SOURCES);
  const domain = `${company.toLowerCase().replace(/[^a-z]+/g, "-")}.example`;
  return {
    ...{ id: newId(), firstName, lastName, company, source },
    title: random.pick(TITLES)[0],
    email: `${firstName}.${lastName}@${domain}`.toLowerCase(),
    phone: random.chance(0.6) ? `+1 555 01${String(10 + random.int(90))}` : null,
    website: random.chance(0.5) ? `https://www.${domain}` : null,
    country: random.pick(COUNTRIES),
    industry: random.pick(INDUSTRIES),
    employees: random.chance(0.8) ? 3 + random.int(1500) : null,
    description: random.chance(0.6) ? random.pick(WISHES) : null,
    campaignId: source === "event" ? random.pick(campaigns.slice(0, 2)) : source === "web" ? campaigns[2]! : null,
    isTainted: source === "web",
    signals: Array.from({ length: random.int(4) }, () => ({ kind: random.pick(SIGNALS) })),
  };
}

/** What reps have done with leads that are no longer new. */
async function workOn(
  ctx: RequestContext,
  random: Random,
  batch: readonly NewLead[],
  cameAt: Date,
  reps: readonly Rep[],
): Promise<void> {
  const activities: (typeof activity.$inferInsert & { id: string })[] = [];
  const links: (typeof activityLink.$inferInsert)[] = [];
  const events: NewEvent[] = [];
  for (const { id } of batch) {
    if (random.chance(0.15)) continue;
    const [row] = await ctx.db
      .select()
      .from(lead)
      .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, id)));
    if (!row) continue;
    const ownerId = row.ownerId ?? random.pick([...reps]).id;
    const [outcome, body] = random.pick([...CALLS]);
    const occurredAt = new Date(Math.min(cameAt.getTime() + random.int(9) * HOUR_MS, ctx.now().getTime()));
    const activityId = newId();
    const common = { workspaceId: ctx.workspaceId, occurredAt };
    activities.push({ ...common, id: activityId, kind: "call", subject: "First call", body, outcome, ownerId });
    links.push({ ...common, id: newId(), activityId, leadId: id });
    events.push({
      type: "activity.logged",
      subject: { type: "activity", id: activityId },
      data: { kind: "call", leadId: id },
    });
    const due = new Date(ctx.now().getTime() + (random.int(12) - 3) * DAY_MS).toISOString().slice(0, 10);
    await ctx.db
      .update(lead)
      .set({ ...stateOf(ctx, random, due), firstTouchAt: occurredAt, lastActivityAt: occurredAt })
      .where(and(eq(lead.workspaceId, ctx.workspaceId), eq(lead.id, id)));
    await ctx.db
      .update(task)
      .set({ doneAt: occurredAt })
      .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.leadId, id)));
  }
  await insertRows(ctx.db, activity, activities);
  await insertRows(ctx.db, activityLink, links);
  await emitEvents(ctx, events);
}

function stateOf(ctx: RequestContext, random: Random, due: string): Partial<typeof lead.$inferInsert> {
  const step = { nextStep: random.pick(["Qualification call", "Send the brochure", "Demo"]), nextStepDue: due };
  const roll = random.next();
  if (roll < 0.55) return { ...step, status: "working", followUpOn: due };
  if (roll < 0.7) {
    const later = new Date(ctx.now().getTime() + (14 + random.int(60)) * DAY_MS).toISOString().slice(0, 10);
    return { status: "nurture", followUpOn: later };
  }
  if (roll < 0.85)
    return { status: "disqualified", disqualifyReason: random.pick(["Too small", "Student", "No budget", "Supplier"]) };
  return {
    ...{
      ...step,
      status: "qualified",
      followUpOn: due,
      fit: "Right size and industry",
      authority: "Decides with the CFO",
    },
    ...{ need: "Reports take days", timing: "This quarter", qualificationNotes: "Good talk; wants a demo" },
  };
}
