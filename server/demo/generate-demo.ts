import { and, eq } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import {
  account,
  activity,
  activityLink,
  appUser,
  contact,
  opportunity,
  opportunityContact,
  opportunityStageHistory,
  product,
  stage,
  task,
  team,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { insertRows } from "#db/insert-rows.ts";
import type { RequestContext } from "#server/core/context.ts";
import { emitEvents, type NewEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createWorkspace } from "#server/workspaces/index.ts";
import { PROBLEMS, writeConversation, type Problem } from "./conversations.ts";
import { makeLeads } from "./make-leads.ts";
import { createRandom, type Random } from "./random.ts";
import { walkTo, writeStageData } from "./stage-facts.ts";
import {
  ACCOUNT_NAMES,
  COUNTRIES,
  FIRST_NAMES,
  INDUSTRIES,
  LAST_NAMES,
  NEXT_STEPS,
  PRODUCTS,
  TITLES,
} from "./vocabulary.ts";

/** Shape and size of a real sales force's year: see docs/architecture.md, "Demo workspace". */
const ACCOUNTS = 240;
const OPPORTUNITIES = 4_500;
const DAYS = 425;
const WITH_CONVERSATION = 90;
const BATCH = 500;
const REGIONS = ["North", "South", "West"];
const MANAGERS_PER_REGION = 2;
const REPS_PER_MANAGER = 6;

interface Person {
  id: string;
  name: string;
  email: string;
  role: "manager" | "rep";
  teamId: string;
}

/** Makes a believable company: regions, managers, reps, accounts with hierarchy, contacts with roles, fourteen months of deals. */
export async function generateDemo(db: Database, passwordHash: string, now: Date): Promise<void> {
  const random = createRandom(20_260_101);
  const { ctx } = await createWorkspace(db, {
    name: "Ringside demo",
    isDemo: true,
    admin: { name: "Avery Admin", email: "admin@demo.ringside.test", passwordHash },
    now: () => now,
  });
  const reps = await makePeople(ctx, random, passwordHash);
  const products = PRODUCTS.map(([name, family, price]) => ({
    workspaceId: ctx.workspaceId,
    id: newId(),
    name,
    family,
    listPriceCents: price * 100,
  }));
  await withTransaction(ctx, async (ctx) => void (await insertRows(ctx.db, product, products)));
  const accounts = await makeAccounts(ctx, random, reps);
  await makeDeals(ctx, random, { reps, products, accounts });
  await makeLeads(ctx, createRandom(20_260_102), reps);
}

async function makePeople(ctx: RequestContext, random: Random, passwordHash: string): Promise<Person[]> {
  const names = [
    ...new Set(Array.from({ length: 400 }, () => `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`)),
  ];
  const nextName = (): string => names.shift()!;
  const people: Person[] = [];
  const teams: { id: string; name: string; parentTeamId: string | null; managerId: string | null }[] = [];
  const addTeam = (name: string, parentTeamId: string | null): string => {
    const id = newId();
    teams.push({ id, name, parentTeamId, managerId: null });
    return id;
  };
  const addPerson = (role: Person["role"], teamId: string, name = nextName()): Person => {
    const person = {
      id: newId(),
      name,
      role,
      teamId,
      email: `${name.toLowerCase().replace(/[^a-z]+/g, ".")}@demo.ringside.test`,
    };
    people.push(person);
    const led = teams.find(({ id }) => id === teamId)!;
    if (role === "manager") led.managerId = person.id;
    return person;
  };
  const company = addTeam("Sales", null);
  addPerson("manager", company);
  for (const region of REGIONS) {
    const regionTeam = addTeam(region, company);
    addPerson("manager", regionTeam);
    for (let index = 1; index <= MANAGERS_PER_REGION; index++) {
      const id = addTeam(`${region} ${index}`, regionTeam);
      addPerson("manager", id);
      for (let rep = 0; rep < REPS_PER_MANAGER; rep++) addPerson("rep", id);
    }
  }
  await withTransaction(ctx, async (ctx) => {
    const w = ctx.workspaceId;
    await insertRows(
      ctx.db,
      team,
      teams.map(({ managerId: _managerId, ...row }) => ({ ...row, workspaceId: w })),
    );
    await insertRows(
      ctx.db,
      appUser,
      people.map((person) => ({ ...person, workspaceId: w, passwordHash, isDemo: true })),
    );
    for (const { id, managerId } of teams) {
      await ctx.db
        .update(team)
        .set({ managerId })
        .where(and(eq(team.workspaceId, w), eq(team.id, id)));
    }
  });
  return people.filter(({ role }) => role === "rep");
}

interface DemoAccount {
  id: string;
  name: string;
  ownerId: string;
  contacts: { id: string; name: string; role: string }[];
}

async function makeAccounts(ctx: RequestContext, random: Random, reps: Person[]): Promise<DemoAccount[]> {
  const accounts = ACCOUNT_NAMES.slice(0, ACCOUNTS).map(
    (name, index): DemoAccount & { row: typeof account.$inferInsert } => {
      const id = newId();
      const ownerId = reps[index % reps.length]!.id;
      const domain = `${name.toLowerCase().replace(/[^a-z]+/g, "-")}.example`;
      const row = {
        workspaceId: ctx.workspaceId,
        id,
        name,
        ownerId,
        domain,
        industry: random.pick(INDUSTRIES),
        country: random.pick(COUNTRIES),
        employees: 20 + random.int(9_000),
        yearEstablished: 1950 + random.int(70),
        annualRevenueCents: (1 + random.int(900)) * 100_000_000,
      };
      return { id, name, ownerId, contacts: [], row };
    },
  );
  // One in seven belongs to a larger one.
  for (let index = 7; index < accounts.length; index += 7)
    accounts[index]!.row.parentAccountId = accounts[index - 7 + random.int(6)]!.id;
  const contacts: (typeof contact.$inferInsert)[] = [];
  for (const one of accounts) {
    for (const [title, role] of TITLES) {
      if (!random.chance(0.6)) continue;
      const [firstName, lastName] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
      const id = newId();
      one.contacts.push({ id, name: `${firstName} ${lastName}`, role });
      contacts.push({
        workspaceId: ctx.workspaceId,
        id,
        accountId: one.id,
        ownerId: one.ownerId,
        firstName,
        lastName,
        title,
        email: `${firstName}.${lastName}@${one.row.domain}`.toLowerCase(),
      });
    }
  }
  await withTransaction(ctx, async (ctx) => {
    // One statement: parents and daughters are there together when the references are checked.
    await insertRows(
      ctx.db,
      account,
      accounts.map(({ row }) => row),
    );
    await emitEvents(
      ctx,
      accounts.map(({ id }) => ({ type: "account.created", subject: { type: "account", id } })),
    );
  });
  await inBatches(contacts, (part) =>
    withTransaction(ctx, async (ctx) => {
      await insertRows(ctx.db, contact, part);
      await emitEvents(
        ctx,
        part.map((row) => ({
          type: "contact.created",
          subject: { type: "contact", id: row.id! },
          data: { accountId: row.accountId },
        })),
      );
    }),
  );
  return accounts.map(({ row: _row, ...one }) => one);
}

interface DealParts {
  reps: Person[];
  products: { id: string; name: string; listPriceCents: number }[];
  accounts: DemoAccount[];
}

interface NewDeal {
  row: typeof opportunity.$inferInsert & { id: string };
  conversation: Parameters<typeof writeConversation>[1] | null;
  problem: Problem;
  contacts: DemoAccount["contacts"];
  history: (typeof opportunityStageHistory.$inferInsert)[];
}

async function makeDeals(ctx: RequestContext, random: Random, parts: DealParts): Promise<void> {
  const stages = await withTransaction(ctx, (ctx) =>
    ctx.db.select().from(stage).where(eq(stage.workspaceId, ctx.workspaceId)).orderBy(stage.position),
  );
  let open = 0;
  const deals = Array.from({ length: OPPORTUNITIES }, (): NewDeal => {
    const deal = makeDeal(ctx, random, parts, stages);
    if (deal.row.stageKind === "open" && open++ >= WITH_CONVERSATION * 4) deal.conversation = null;
    return deal;
  });
  const talking = deals.filter(({ conversation }) => conversation !== null).slice(0, WITH_CONVERSATION);
  const talks = talking.map((deal) => makeTalk(ctx, random, deal));
  await inBatches(deals, (part) => withTransaction(ctx, (ctx) => insertDeals(ctx, part)));
  await withTransaction(ctx, (ctx) => insertTalks(ctx, talks.flat()));
  await withTransaction(ctx, (ctx) =>
    insertRows(
      ctx.db,
      task,
      talking.flatMap(({ row }) => nextStepTask(row)),
    ),
  );
}

const day = (ctx: RequestContext, daysFromNow: number): Date =>
  new Date(ctx.now().getTime() + daysFromNow * 86_400_000);
const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

function makeDeal(
  ctx: RequestContext,
  random: Random,
  { reps, products, accounts }: DealParts,
  stages: (typeof stage.$inferSelect)[],
): NewDeal {
  const one = random.pick(accounts);
  const rep = random.chance(0.7) ? reps.find(({ id }) => id === one.ownerId)! : random.pick(reps);
  const sold = random.pick(products);
  const roll = random.next();
  const kind = roll < 0.483 ? "won" : roll < 0.757 ? "lost" : "open";
  const openedDaysAgo = kind === "open" ? 5 + random.int(120) : 30 + random.int(DAYS - 30);
  const length = Math.min(openedDaysAgo, 15 + random.int(100));
  const candidates = stages.filter((candidate) => candidate.kind === kind);
  // Early stages hold more deals than late ones.
  const at = candidates[Math.min(candidates.length - 1, Math.floor(random.next() ** 1.6 * candidates.length))]!;
  const opened = day(ctx, -openedDaysAgo);
  const closed = kind === "open" ? null : day(ctx, length - openedDaysAgo);
  const closeDate = closed ?? day(ctx, random.int(110) - 15);
  const hasNextStep = kind === "open" && random.chance(0.75);
  const problem = kind === "open" ? random.pick(PROBLEMS) : "none";
  const amountCents =
    kind === "lost" ? 0 : Math.round(sold.listPriceCents * (1 + random.int(6)) * (0.8 + random.next() * 0.3));
  const people = one.contacts
    .filter(({ role }) => problem !== "no_decision_maker" || role !== "Decision Maker")
    .slice(0, 3);
  const champion = people.find(({ role }) => role === "Champion") ?? people[0];
  const id = newId();
  const stageEnteredAt = closed ?? day(ctx, -Math.max(1, Math.round(openedDaysAgo * random.next())));
  const { workspaceId } = ctx;
  const walk = { workspaceId, opportunityId: id, actorId: rep.id, openedAt: opened, enteredAt: stageEnteredAt };
  // A third of the closed ones tells enough of how long stages take.
  const isTold = kind === "open" || random.chance(0.33);
  return {
    history: isTold
      ? walkTo(random, stages, at, walk)
      : [{ workspaceId, opportunityId: id, toStageId: at.id, movedAt: stageEnteredAt, actorId: rep.id }],
    row: {
      workspaceId,
      id,
      name: `${one.name} · ${sold.name}`,
      accountId: one.id,
      ownerId: rep.id,
      productId: sold.id,
      pipelineId: at.pipelineId,
      stageId: at.id,
      stageKind: at.kind,
      probability: at.probability,
      forecastCategory: at.forecastCategory,
      amountCents,
      openedOn: isoDay(opened),
      closedAt: closed,
      closeDate: isoDay(closeDate),
      stageEnteredAt,
      probabilitySetAt: day(ctx, -random.int(40)),
      stageData: kind === "open" ? writeStageData(random, stages, at, amountCents, ctx.now()) : {},
      closeDatePushes: problem === "pushed" ? 2 + random.int(2) : 0,
      nextStep: hasNextStep ? random.pick(NEXT_STEPS) : null,
      nextStepDue: hasNextStep ? isoDay(day(ctx, random.int(14) - 3)) : null,
      lastActivityAt: null,
      lossReason: kind === "lost" ? random.pick(["Price", "No decision", "Competitor", "Timing"]) : null,
    },
    conversation:
      kind === "open" && champion
        ? {
            account: one.name,
            product: sold.name,
            amount: Math.round(amountCents / 100),
            champion: champion.name,
            decisionMaker: people.find(({ role }) => role === "Decision Maker")?.name ?? null,
            rep: rep.name,
          }
        : null,
    problem,
    contacts: kind === "open" ? people : [],
  };
}

async function insertDeals(ctx: RequestContext, deals: NewDeal[]): Promise<void> {
  await insertRows(
    ctx.db,
    opportunity,
    deals.map(({ row }) => row),
  );
  await insertRows(
    ctx.db,
    opportunityStageHistory,
    deals.flatMap(({ history }) => history),
  );
  const roles = deals.flatMap(({ row, contacts }) =>
    contacts.map(({ id, role }) => ({ workspaceId: ctx.workspaceId, opportunityId: row.id, contactId: id, role })),
  );
  await insertRows(ctx.db, opportunityContact, roles);
  await emitEvents(
    ctx,
    deals.map(({ row }): NewEvent => ({
      type: "opportunity.created",
      subject: { type: "opportunity", id: row.id },
      data: { accountId: row.accountId },
    })),
  );
}

interface Said {
  row: typeof activity.$inferInsert & { id: string };
  deal: NewDeal["row"];
}

/** The conversation on a deal, whose last activity is noted on it. */
function makeTalk(ctx: RequestContext, random: Random, { row: deal, conversation, problem }: NewDeal): Said[] {
  const said = writeConversation(random, conversation!, problem).map(({ daysAgo, ...one }): Said => {
    const occurredAt = new Date(day(ctx, -daysAgo).getTime() - random.int(6 * 3_600_000));
    const isTainted = one.direction === "inbound";
    const { workspaceId, ownerId } = deal;
    return { deal, row: { ...one, id: newId(), workspaceId, ownerId, occurredAt, isTainted } };
  });
  deal.lastActivityAt = new Date(Math.max(...said.map(({ row }) => row.occurredAt.getTime())));
  return said;
}

async function insertTalks(ctx: RequestContext, talks: Said[]): Promise<void> {
  await insertRows(
    ctx.db,
    activity,
    talks.map(({ row }) => row),
  );
  await insertRows(
    ctx.db,
    activityLink,
    talks.flatMap(({ row: { id, occurredAt }, deal }) => {
      const link = { workspaceId: ctx.workspaceId, activityId: id, occurredAt };
      return [
        { ...link, opportunityId: deal.id },
        { ...link, accountId: deal.accountId },
      ];
    }),
  );
  await emitEvents(
    ctx,
    talks.map(({ row: { id, kind }, deal }) => ({
      type: "activity.logged",
      subject: { type: "activity", id },
      data: { kind, opportunityId: deal.id, accountId: deal.accountId },
    })),
  );
}

function nextStepTask(deal: NewDeal["row"]): (typeof task.$inferInsert)[] {
  if (!deal.nextStep) return [];
  const { workspaceId, nextStep: title, nextStepDue: dueOn, ownerId, id: opportunityId, accountId } = deal;
  return [{ id: newId(), workspaceId, title, dueOn, ownerId, createdBy: ownerId, opportunityId, accountId }];
}

async function inBatches<T>(items: T[], work: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) await work(items.slice(start, start + BATCH));
}
