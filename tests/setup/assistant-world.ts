import { randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { newId } from "#db/schema/columns.ts";
import { appUser, opportunity, stage as stageTable, team, workspace, type ActivityKind } from "#db/schema/index.ts";
import { createAccount } from "#server/accounts/index.ts";
import { recordActivity } from "#server/activities/index.ts";
import { drainIndex, indexConsumer, refreshDue } from "#server/assistant/index.ts";
import type { AnswerEvent } from "#server/assistant/answers/answer-event.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import { createContact } from "#server/contacts/index.ts";
import { runConsumer } from "#server/core/consumers.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import type { Role } from "#server/core/permissions.ts";
import { sequenceEvents } from "#server/core/sequencer.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { createDefaultPipeline, createOpportunity } from "#server/opportunities/index.ts";
import { createDefaultSlaPolicies } from "#server/workspaces/index.ts";
import { createCaller, type Caller } from "#server/trpc/router.ts";

/** The clock of these tests. Advance it by assigning. */
export const clock = { now: new Date("2026-03-20T12:00:00Z") };
export const now = () => new Date(clock.now);
export const daysAgo = (days: number) => new Date(clock.now.getTime() - days * 86_400_000).toISOString();

export interface World {
  db: Database;
  workspaceId: string;
  stages: (typeof stageTable.$inferSelect)[];
  /** The person as the product sees him now: call again after a change of team or role. */
  as(userId: string): Promise<RequestContext>;
  job: RequestContext;
  admin: string;
  salesOps: string;
  manager: string;
  /** Reports to `manager`. */
  rep: string;
  /** In another team. */
  otherRep: string;
}

/** A workspace with five people: an administrator, sales operations, a manager with a rep, and a rep of another team. */
export async function makeWorld(db: Database): Promise<World> {
  const workspaceId = newId();
  const ids = { admin: newId(), salesOps: newId(), manager: newId(), rep: newId(), otherRep: newId() };
  const roles: Record<keyof typeof ids, Role> = {
    admin: "admin",
    salesOps: "sales_operations",
    manager: "manager",
    rep: "rep",
    otherRep: "rep",
  };
  const names = {
    admin: "Ada Admin",
    salesOps: "Otto Ops",
    manager: "Mara Manager",
    rep: "Dana Fox",
    otherRep: "Olaf Other",
  };
  const teams = { rep: newId(), otherRep: newId() };
  await withSystemTransaction(db, async (tx) => {
    await tx.insert(workspace).values({ id: workspaceId, name: "Test" });
    await tx.insert(team).values([
      { workspaceId, id: teams.rep, name: "North" },
      { workspaceId, id: teams.otherRep, name: "South" },
    ]);
    await tx.insert(appUser).values(
      (Object.keys(ids) as (keyof typeof ids)[]).map((key) => ({
        workspaceId,
        id: ids[key],
        name: names[key],
        email: `${key}@${workspaceId}.test`,
        role: roles[key],
        teamId: key === "rep" ? teams.rep : key === "otherRep" ? teams.otherRep : null,
      })),
    );
    await tx.execute(
      sql`update team set manager_id = ${ids.manager} where workspace_id = ${workspaceId} and id = ${teams.rep}`,
    );
  });
  const base = { db, workspaceId, now, log };
  const job: RequestContext = { ...base, actor: { kind: "job", name: "test" }, requestId: randomUUID() };
  const { stages } = await createDefaultPipeline(job);
  await withTransaction(job, createDefaultSlaPolicies);
  return {
    ...ids,
    db,
    workspaceId,
    stages,
    job,
    async as(userId) {
      const actor = await loadActor(db, workspaceId, userId, null);
      if (!actor) throw new Error("no such user");
      return { ...base, actor, requestId: randomUUID() };
    },
  };
}

export interface DealSeed {
  account: string;
  deal: string;
  stage?: string;
  amountCents?: number;
  nextStep?: string | null;
  nextStepDue?: string | null;
  closeDate?: string | null;
}

/** An account with one opportunity, both of the acting person. */
export async function makeDeal(
  world: World,
  ctx: RequestContext,
  seed: DealSeed,
): Promise<{ accountId: string; opportunityId: string }> {
  const { id: accountId } = await createAccount(ctx, { name: seed.account });
  const stage = world.stages.find(({ name }) => name === (seed.stage ?? "Proposal"));
  // Without a next step only as the product, as an import enters it.
  const isBare = !seed.nextStep || !seed.nextStepDue;
  const { id: opportunityId } = await createOpportunity(isBare ? { ...ctx, actor: world.job.actor } : ctx, {
    name: seed.deal,
    accountId,
    amountCents: seed.amountCents ?? 0,
    ownerId: requireUser(ctx).userId,
    nextStep: seed.nextStep ?? null,
    nextStepDue: seed.nextStepDue ?? null,
    closeDate: seed.closeDate ?? "2026-12-31",
  });
  // Where an import would have found it: in a later stage, perhaps without a value or a date.
  const { id: stageId, kind: stageKind, probability, forecastCategory } = stage ?? world.stages[0]!;
  const found = { amountCents: seed.amountCents ?? null, closeDate: seed.closeDate ?? null };
  await withTransaction(world.job, ({ db, workspaceId }) =>
    db
      .update(opportunity)
      .set({ ...found, stageId, stageKind, probability, forecastCategory })
      .where(and(eq(opportunity.workspaceId, workspaceId), eq(opportunity.id, opportunityId))),
  );
  return { accountId, opportunityId };
}

export const makeContact = (
  ctx: RequestContext,
  accountId: string,
  firstName: string,
  lastName: string,
): Promise<{ id: string }> => createContact(ctx, { accountId, firstName, lastName });

interface Said {
  kind: ActivityKind;
  direction: "inbound" | "outbound" | "internal";
  occurredAt: string;
  contactId: string;
}

/** Something said on a deal, as the product itself enters it. */
export async function note(
  ctx: RequestContext,
  opportunityId: string,
  subject: string,
  body: string,
  { kind = "note", direction = "internal", occurredAt = daysAgo(2), contactId }: Partial<Said> = {},
): Promise<{ id: string }> {
  const logged = await recordActivity(ctx, {
    ...{ kind, direction, subject, body, source: randomUUID(), ownerId: requireUser(ctx).userId },
    occurredAt: new Date(occurredAt),
    records: [
      { type: "opportunity", id: opportunityId },
      ...(contactId ? [{ type: "contact" as const, id: contactId }] : []),
    ],
  });
  return logged!;
}

/** Lets everything that follows the log catch up. @returns how many records were indexed. */
export async function sync(db: Database): Promise<number> {
  while ((await sequenceEvents(db)) > 0);
  while (await runConsumer(db, indexConsumer, now));
  return drainIndex(db, now);
}

/** Lets suggestions and summaries catch up too. */
export async function settle(db: Database): Promise<void> {
  await sync(db);
  while ((await refreshDue(db, now)) > 0) await sync(db);
}

/** The product's procedures as this person calls them. */
export async function callerOf(world: World, userId: string): Promise<Caller> {
  const request = await world.as(userId);
  // Only sign-in looks at `auth`.
  return createCaller({ request, requestId: request.requestId, auth: undefined as never });
}

export interface Answered {
  ids: string[];
  events: AnswerEvent[];
  texts: string[];
  done: Extract<AnswerEvent, { kind: "done" }> | undefined;
}

/** Asks through the subscription and waits for the end of the answer, or for `most` events. */
export async function askAs(
  world: World,
  userId: string,
  input: {
    question: string;
    answerId?: string;
    subject?: { type: "account" | "contact" | "opportunity"; id: string };
    lastEventId?: string;
  },
  most = Infinity,
): Promise<Answered> {
  const caller = await callerOf(world, userId);
  const stream = await caller.assistant.ask({ answerId: randomUUID(), ...input });
  const ids: string[] = [];
  const events: AnswerEvent[] = [];
  for await (const envelope of stream) {
    const [id, event] = openEnvelope(envelope);
    ids.push(id);
    events.push(event);
    if (events.length >= most) break;
  }
  const texts = events.flatMap((event) => (event.kind === "claim" ? [event.claim.text] : []));
  return { ids, events, texts, done: events.find((event) => event.kind === "done") };
}

/** `tracked()` makes a triple of id, data and a mark; its type hides that. */
const openEnvelope = (envelope: unknown): [id: string, event: AnswerEvent] => envelope as [string, AnswerEvent];
