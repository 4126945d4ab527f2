import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { newId } from "#db/schema/columns.ts";
import { aiRun, aiStream, recordShare, room, roomBlock } from "#db/schema/index.ts";
import { removeExpiredAnswers } from "#server/assistant/index.ts";
import { requestCoaching } from "#server/coaching/index.ts";
import { emitEvent } from "#server/core/events.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { createTask } from "#server/tasks/index.ts";
import { setContactRole } from "#server/opportunities/index.ts";
import { askAs, makeContact, makeDeal, makeWorld, note, sync, type World, callerOf } from "../setup/assistant-world.ts";
import { test } from "../setup/test-database.ts";

async function seed(world: World) {
  const rep = await world.as(world.rep);
  const deal = await makeDeal(world, rep, {
    account: "Acme",
    deal: "Acme renewal",
    amountCents: 4_820_000,
    nextStep: "Send contract",
    nextStepDue: "2026-03-23",
  });
  const other = await makeDeal(world, await world.as(world.otherRep), {
    account: "Globex",
    deal: "Globex pilot",
    amountCents: 900_000,
  });
  const { id: leeId } = await makeContact(rep, deal.accountId, "Lee", "Wong");
  await setContactRole(rep, { opportunityId: deal.opportunityId, contactId: leeId, role: "Decision Maker" });
  await note(
    rep,
    deal.opportunityId,
    "Price call",
    "We spoke on the phone. Lee finds the licence too expensive for this year. He likes the product.",
  );
  await note(
    await world.as(world.otherRep),
    other.opportunityId,
    "Pilot call",
    "Globex finds the licence too expensive as well.",
  );
  await createTask(rep, { title: "Send the data sheet", dueOn: "2026-03-10", opportunityId: deal.opportunityId });
  await sync(world.db);
  return { ...deal, otherOpportunityId: other.opportunityId, otherAccountId: other.accountId };
}

test("A4.2 A4.3 an answer streams meta, evidence, statements with numbered chips and a label, without a model", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const { events, done, ids } = await askAs(world, world.rep, {
    question: "What do they think about the licence?",
    subject: { type: "opportunity", id: opportunityId },
  });
  expect(events.map(({ kind }) => kind)).toEqual(["meta", "evidence", "claim", "done"]);
  expect(ids.map((id) => id.split(".")[1])).toEqual(["1", "2", "3", "4"]);
  expect(events[2]).toMatchObject({
    claim: {
      text: "Lee finds the licence too expensive for this year.",
      evidence: [1],
      confidence: expect.any(String),
    },
    evidence: [
      {
        n: 1,
        type: "activity",
        label: "Price call",
        quote: "Lee finds the licence too expensive for this year.",
        author: "Dana Fox",
        href: expect.stringMatching(/^\/open\/activity\//),
      },
    ],
  });
  expect(done).toMatchObject({
    label: "Extracted (no AI model)",
    verified: 1,
    total: 1,
    note: null,
    dataVersion: { pending: 0 },
  });
  expect(done?.dataVersion.eventSeq).toBeGreaterThan(0);
});

test("A4.3 nothing found is said plainly, with what was searched", async ({ db }) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const inDeal = await askAs(world, world.rep, {
    question: "Do they have a submarine harbour?",
    subject: { type: "opportunity", id: opportunityId },
  });
  expect(inDeal.texts).toEqual([]);
  expect(inDeal.done?.note).toBe("No evidence found in Acme renewal and its account.");
  const everywhere = await askAs(world, world.rep, { question: "Do they have a submarine harbour?" });
  expect(everywhere.done?.note).toBe("No evidence found in all records you may open.");
});

test("A4.2 questions of a known kind are computed from the database, each with evidence", async ({ db }) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const expected: Record<string, string[]> = {
    "How many open deals do I have?": ["You see 1 open opportunity worth $48,200."],
    "What is my pipeline worth?": ["You see 1 open opportunity worth $48,200."],
    "Who is the decision maker?": ["Lee Wong is the decision maker of Acme renewal."],
    "What is the next step?": [
      "Task of Dana Fox: Send the data sheet, due 10 Mar 2026 (10 days overdue).",
      "Acme renewal: Send contract, due 23 Mar 2026.",
    ],
    "Which tasks are overdue?": ["Send the data sheet, due 10 Mar 2026 (Dana Fox)."],
    "What stage is it in?": ["Acme renewal is in Proposal."],
    "When will it close?": ["Acme renewal has no close date."],
    "When was the last meeting?": ["The last activity was a note on 18 Mar 2026, 2 days ago."],
  };
  for (const [question, texts] of Object.entries(expected)) {
    const answer = await askAs(world, world.rep, { question, subject: { type: "opportunity", id: opportunityId } });
    expect(answer.texts, question).toEqual(texts);
    expect(answer.done?.label).toBe("Extracted (no AI model)");
    for (const event of answer.events)
      if (event.kind === "claim") expect(event.claim.evidence.length).toBeGreaterThan(0);
  }
  // The same question without a record in hand counts what the asking person sees.
  expect((await askAs(world, world.admin, { question: "How many open deals are there?" })).texts).toEqual([
    "You see 2 open opportunities worth $57,200.",
  ]);
});

test("A4.2 a client that lost its connection goes on behind the last event it has, and asking again finds the same answer", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const input = {
    answerId: randomUUID(),
    question: "What about the licence?",
    subject: { type: "opportunity" as const, id: opportunityId },
  };
  const first = await askAs(world, world.rep, input, 2);
  const rest = await askAs(world, world.rep, { ...input, lastEventId: first.ids[1] });
  expect([...first.events, ...rest.events].map(({ kind }) => kind)).toEqual(["meta", "evidence", "claim", "done"]);
  const again = await askAs(world, world.rep, input);
  expect(again.events).toEqual([...first.events, ...rest.events]);
  const runs = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiRun).where(eq(aiRun.workspaceId, ctx.workspaceId)),
  );
  expect(runs).toMatchObject([{ purpose: "answer", engine: "extracted", verified: 1, total: 1, userId: world.rep }]);
});

test("an answer is its author's alone and is gone after an hour", async ({ db }) => {
  const world = await makeWorld(db);
  await seed(world);
  const answerId = randomUUID();
  await askAs(world, world.rep, { answerId, question: "What about the licence?" });
  await expect(askAs(world, world.admin, { answerId, question: "What about the licence?" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await removeExpiredAnswers(db, () => new Date(Date.parse("2026-03-20T13:00:01Z")));
  const left = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiStream).where(eq(aiStream.workspaceId, ctx.workspaceId)),
  );
  expect(left).toEqual([]);
});

test("A4.4 a question about a record of another team is not found; a role without the permission is refused", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { otherOpportunityId } = await seed(world);
  await expect(
    askAs(world, world.rep, { question: "What about it?", subject: { type: "opportunity", id: otherOpportunityId } }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("A4.4 two users of different rights asking the same question get answers from their own records only", async ({
  db,
}) => {
  const world = await makeWorld(db);
  await seed(world);
  const question = "Who finds the licence too expensive?";
  const rep = await askAs(world, world.rep, { question });
  const other = await askAs(world, world.otherRep, { question });
  const manager = await askAs(world, world.manager, { question });
  const admin = await askAs(world, world.admin, { question });
  const acme = "Lee finds the licence too expensive for this year.";
  const globex = "Globex finds the licence too expensive as well.";
  expect(rep.texts).toEqual([acme]);
  expect(other.texts).toEqual([globex]);
  expect(manager.texts).toEqual([acme]);
  expect([...admin.texts].sort()).toEqual([globex, acme].sort());
  // Not a word of the other team's record anywhere in what was sent, not even as a title among the sources.
  expect(JSON.stringify(rep.events)).not.toMatch(/globex|pilot/i);
  expect(JSON.stringify(other.events)).not.toMatch(/acme|lee/i);
});

test("A4.4 two users in the same deal: a colleague it was shared with reads its texts, but not the coaching between rep and manager", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const roomId = newId();
  await withTransaction(world.job, async (ctx) => {
    await ctx.db.insert(recordShare).values({
      workspaceId: ctx.workspaceId,
      recordType: "opportunity",
      recordId: opportunityId,
      userId: world.otherRep,
      access: "read",
    });
    await emitEvent(ctx, { type: "opportunity.shared", subject: { type: "opportunity", id: opportunityId } });
    await ctx.db
      .insert(room)
      .values({ workspaceId: ctx.workspaceId, id: roomId, subjectType: "opportunity", subjectId: opportunityId });
    await emitEvent(ctx, { type: "room.edited", subject: { type: "room", id: roomId } });
  });
  await withSystemTransaction(db, async (tx) => {
    await tx.insert(roomBlock).values({
      workspaceId: world.workspaceId,
      roomId,
      blockId: "b1",
      position: 0,
      path: ["Strategy"],
      kind: "paragraph",
      text: "Our argument against the discount is the shorter rollout.",
      hash: "h",
      changedSeq: 1,
    });
  });
  await requestCoaching(await world.as(world.manager), {
    opportunityId,
    severity: "normal",
    comment: "Do not offer a discount before the board has met; you gave in too early.",
  });
  await sync(db);
  const ask = (userId: string) =>
    askAs(world, userId, { question: "What about the discount?", subject: { type: "opportunity", id: opportunityId } });
  const roomText = "Our argument against the discount is the shorter rollout.";
  const coaching = "Do not offer a discount before the board has met; you gave in too early.";

  for (const userId of [world.rep, world.manager, world.admin]) {
    expect([...(await ask(userId)).texts].sort()).toEqual([coaching, roomText].sort());
  }
  // Sales operations see every record, but private coaching is for those it names.
  for (const userId of [world.otherRep, world.salesOps]) {
    const answer = await ask(userId);
    expect(answer.texts).toEqual([roomText]);
    expect(JSON.stringify(answer.events)).not.toContain("gave in");
    expect(answer.events.find(({ kind }) => kind === "claim")).toMatchObject({
      evidence: [{ type: "room", blockId: "b1", href: `/open/room/${roomId}?block=b1` }],
    });
    const caller = await callerOf(world, userId);
    expect(await caller.assistant.locate({ type: "room", id: roomId, blockId: "b1" })).toEqual({
      href: `/apps/crm/opportunities/${opportunityId}/room#b1`,
    });
  }
});
