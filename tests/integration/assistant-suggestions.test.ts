import { and, eq, sql } from "drizzle-orm";
import { expect } from "vitest";
import { aiSuggestion, eventLog, task } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateOpportunity } from "#server/opportunities/index.ts";
import { callerOf, clock, daysAgo, makeDeal, makeWorld, note, settle, type World } from "../setup/assistant-world.ts";
import { test } from "../setup/test-database.ts";

const rowsOf = (world: World, opportunityId: string) =>
  withTransaction(world.job, (ctx) =>
    ctx.db
      .select({
        rule: aiSuggestion.rule,
        state: aiSuggestion.state,
        reason: aiSuggestion.reason,
        decidedBy: aiSuggestion.decidedBy,
        outcome: aiSuggestion.outcome,
      })
      .from(aiSuggestion)
      .where(and(eq(aiSuggestion.workspaceId, ctx.workspaceId), eq(aiSuggestion.targetId, opportunityId)))
      .orderBy(aiSuggestion.createdAt, aiSuggestion.id),
  );

async function seed(world: World, over: Partial<Parameters<typeof makeDeal>[2]> = {}) {
  const rep = await world.as(world.rep);
  const deal = await makeDeal(world, rep, {
    account: "Acme",
    deal: "Acme renewal",
    stage: "Qualification",
    amountCents: 4_820_000,
    closeDate: "2027-01-01",
    ...over,
  });
  await settle(world.db);
  const subject = { type: "opportunity" as const, id: deal.opportunityId };
  return { ...deal, rep, subject, caller: await callerOf(world, world.rep) };
}
const step = (days: number) => (clock.now = new Date(clock.now.getTime() + days * 86_400_000));

test("A5.4 an open deal shows one action with rule, reason, figures, due date, evidence, confidence and what clears it; the account shows its most pressing deal's", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { caller, subject, accountId } = await seed(world);
  const card = await caller.assistant.nextBestAction(subject);
  expect(card).toMatchObject({
    label: "Rule: No next step",
    rule: "no-next-step",
    target: { type: "opportunity", id: subject.id, name: "Acme renewal" },
    title: "Agree the next step for Acme renewal",
    dueOn: new Date(clock.now.getTime() + 86_400_000).toISOString().slice(0, 10),
    reason: "The deal has neither a next step nor a task that is still to come.",
    numbers: { openTasks: 0 },
    confidence: "medium",
    clears: expect.stringContaining("next step"),
    evidence: [{ n: 1, quote: "Next step: none", href: `/apps/crm/opportunities/${subject.id}` }],
  });
  expect(await caller.assistant.nextBestAction({ type: "account", id: accountId })).toEqual(card);
  expect((await rowsOf(world, subject.id)).filter(({ state }) => state === "proposed")).toHaveLength(1);
  await expect((await callerOf(world, world.otherRep)).assistant.nextBestAction(subject)).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("A5.7 a suggestion goes by itself when its cause is gone, and another takes its place when there is one", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { caller, subject, rep } = await seed(world);
  await updateOpportunity(rep, {
    opportunityId: subject.id,
    version: 1,
    changes: { nextStep: "Call Lee", nextStepDue: clock.now.toISOString().slice(0, 10) },
  });
  await settle(db);
  expect(await caller.assistant.nextBestAction(subject)).toBeNull();
  expect(await rowsOf(world, subject.id)).toMatchObject([{ rule: "no-next-step", state: "expired" }]);

  // By the clock alone: two days later the next step is overdue, and nobody has touched the deal.
  step(2);
  await settle(db);
  expect(await caller.assistant.nextBestAction(subject)).toMatchObject({
    rule: "next-step-overdue",
    numbers: { daysOverdue: 2 },
  });
  await withTransaction(world.job, async (ctx) => {
    await ctx.db.execute(sql`update opportunity set deleted_at = now() where id = ${subject.id}`);
    await ctx.db
      .execute(sql`insert into event_inbox (workspace_id, event_id, type, subject_type, subject_id, actor_kind, actor_id, request_id, payload, occurred_at)
      values (${ctx.workspaceId}, gen_random_uuid(), 'opportunity.deleted', 'opportunity', ${subject.id}, 'job', 'test', 'r', '{}', now())`);
  });
  await settle(db);
  expect((await rowsOf(world, subject.id)).map(({ state }) => state)).toEqual(["expired", "expired"]);
});

test("A5.4 an objection in a call becomes a suggestion that quotes it; answering it clears it", async ({ db }) => {
  const world = await makeWorld(db);
  const { caller, subject, rep } = await seed(world, { nextStep: "Call Lee", nextStepDue: "2027-01-01" });
  expect(await caller.assistant.nextBestAction(subject)).toBeNull();
  const { id } = await note(
    rep,
    subject.id,
    "Price call",
    "The weather was fine. Lee is worried that the licence is too expensive.",
    { kind: "call", direction: "inbound", occurredAt: daysAgo(1) },
  );
  await settle(db);
  expect(await caller.assistant.nextBestAction(subject)).toMatchObject({
    label: "Rule: Objection without follow-up",
    evidence: [{ type: "activity", id, quote: "Lee is worried that the licence is too expensive." }],
  });
  await note(rep, subject.id, "Offer", "Here is the smaller package.", {
    kind: "email",
    direction: "outbound",
    occurredAt: daysAgo(0),
  });
  await settle(db);
  expect(await caller.assistant.nextBestAction(subject)).toBeNull();
});

test("A5.4 accepting does it: the task is there, under the person's name, with what was edited", async ({ db }) => {
  const world = await makeWorld(db);
  const { caller, subject } = await seed(world);
  const card = await caller.assistant.nextBestAction(subject);
  const result = await caller.assistant.acceptSuggestion({
    suggestionId: card!.id,
    edited: { title: "Call Lee about the next step" },
  });
  expect(result).toMatchObject({ state: "accepted", taskId: expect.any(String) });
  const [created] = await withTransaction(world.job, (ctx) =>
    ctx.db
      .select()
      .from(task)
      .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.opportunityId, subject.id))),
  );
  expect(created).toMatchObject({
    title: "Call Lee about the next step",
    dueOn: card!.dueOn,
    ownerId: world.rep,
    createdBy: world.rep,
    source: `suggestion:${card!.id}`,
  });
  await expect(caller.assistant.acceptSuggestion({ suggestionId: card!.id })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await settle(db);
  expect(await caller.assistant.nextBestAction(subject)).toBeNull();
  expect(await rowsOf(world, subject.id)).toMatchObject([
    { state: "accepted", decidedBy: world.rep, outcome: { isEdited: true } },
  ]);
  const events = await withTransaction(world.job, (ctx) =>
    ctx.db
      .select({ type: eventLog.type })
      .from(eventLog)
      .where(and(eq(eventLog.workspaceId, ctx.workspaceId), eq(eventLog.subjectId, subject.id))),
  );
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["suggestion.proposed", "suggestion.accepted"]),
  );
});

test("accepting after the cause has gone is a conflict and creates nothing; a role without the right is refused", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { caller, subject, rep } = await seed(world);
  const card = await caller.assistant.nextBestAction(subject);
  const changes = { nextStep: "Call Lee", nextStepDue: "2027-01-01" };
  await updateOpportunity(rep, { opportunityId: subject.id, version: 1, changes });
  expect(await caller.assistant.acceptSuggestion({ suggestionId: card!.id })).toEqual({ state: "conflict" });
  const tasks = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(task).where(eq(task.workspaceId, ctx.workspaceId)),
  );
  expect(tasks).toEqual([]);
  await withTransaction(world.job, (ctx) =>
    ctx.db.execute(sql`update app_user set role = 'read_only' where id = ${world.rep}`),
  );
  await expect(
    (await callerOf(world, world.rep)).assistant.acceptSuggestion({ suggestionId: card!.id }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("A5.6 a dismissed suggestion keeps its reason, does not come back on the same evidence, and counts in the rule's record", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { caller, subject } = await seed(world);
  const card = await caller.assistant.nextBestAction(subject);
  await caller.assistant.dismissSuggestion({ suggestionId: card!.id, reason: "Customer is on holiday" });
  step(1);
  await settle(db);
  expect((await caller.assistant.nextBestAction(subject))?.rule).not.toBe("no-next-step");
  expect((await rowsOf(world, subject.id))[0]).toMatchObject({
    rule: "no-next-step",
    state: "dismissed",
    reason: "Customer is on holiday",
    decidedBy: world.rep,
  });
  expect((await caller.assistant.suggestionReport()).find(({ rule }) => rule === "no-next-step")).toMatchObject({
    accepted: 0,
    dismissed: 1,
    acceptance: 0,
  });
});

test("a person's day has at most five actions, one per own deal, the largest money first", async ({ db }) => {
  const world = await makeWorld(db);
  const rep = await world.as(world.rep);
  for (let n = 1; n <= 7; n += 1)
    await makeDeal(world, rep, {
      account: `Account ${n}`,
      deal: `Deal ${n}`,
      stage: "Qualification",
      amountCents: n * 100_000,
    });
  await makeDeal(world, await world.as(world.otherRep), {
    account: "Foreign",
    deal: "Foreign deal",
    stage: "Qualification",
    amountCents: 99_000_000,
  });
  await settle(db);
  const cards = await (await callerOf(world, world.rep)).assistant.myActions();
  expect(cards.map(({ target }) => target.name)).toEqual(["Deal 7", "Deal 6", "Deal 5", "Deal 4", "Deal 3"]);
});
