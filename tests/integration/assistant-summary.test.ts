import { and, eq } from "drizzle-orm";
import { expect } from "vitest";
import { activity, aiRun, aiSummary } from "#db/schema/index.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createTask } from "#server/tasks/index.ts";
import { moveStage, setContactRole, updateOpportunity } from "#server/opportunities/index.ts";
import { meetGates } from "../setup/meet-gates.ts";
import {
  callerOf,
  clock,
  daysAgo,
  makeContact,
  makeDeal,
  makeWorld,
  note,
  settle,
  sync,
  type World,
} from "../setup/assistant-world.ts";
import { test } from "../setup/test-database.ts";

const textsOf = (
  summary: { sections: readonly { title: string; claims: readonly { text: string }[] }[] },
  title: string,
) => summary.sections.find((section) => section.title === title)?.claims.map(({ text }) => text) ?? [];

async function seed(world: World) {
  const rep = await world.as(world.rep);
  const deal = await makeDeal(world, rep, {
    account: "Acme",
    deal: "Acme renewal",
    stage: "Discovery",
    amountCents: 4_820_000,
    nextStep: "Send contract",
    nextStepDue: "2026-03-23",
    closeDate: "2026-04-30",
  });
  const { id: leeId } = await makeContact(rep, deal.accountId, "Lee", "Wong");
  await setContactRole(rep, { opportunityId: deal.opportunityId, contactId: leeId, role: "Champion" });
  await note(
    rep,
    deal.opportunityId,
    "Price call",
    "Lee is worried that the licence is too expensive. We will send a smaller offer by Friday. Who signs on your side?",
    { kind: "call", contactId: leeId },
  );
  await createTask(rep, { title: "Send the data sheet", dueOn: "2026-03-10", opportunityId: deal.opportunityId });
  await sync(world.db);
  return { ...deal, leeId };
}

test("A4.1 one command summarises an account: its opportunities, people, risks, gaps and next steps, each line with evidence", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { accountId } = await seed(world);
  const caller = await callerOf(world, world.rep);
  const summary = await caller.assistant.summarise({ type: "account", id: accountId });

  expect(summary).toMatchObject({ label: "Extracted (no AI model)", name: "Acme", note: null, canGenerate: false });
  expect(textsOf(summary, "Standing")).toEqual([
    "Acme has 1 open opportunity worth $48,200, 0 won, 0 lost.",
    "Acme renewal is in Discovery since 20 Mar 2026, $48,200, closing 30 Apr 2026.",
    "The last activity was a call on 18 Mar 2026, 2 days ago.",
  ]);
  expect(textsOf(summary, "People")).toEqual([
    "Lee Wong (Champion), last heard of on 18 Mar 2026.",
    "Acme renewal has no decision maker.",
  ]);
  expect(textsOf(summary, "Risks and objections")).toEqual(["Lee is worried that the licence is too expensive."]);
  expect(textsOf(summary, "Commitments and next steps")).toEqual([
    "Task of Dana Fox: Send the data sheet, due 10 Mar 2026 (10 days overdue).",
    "Acme renewal: Send contract, due 23 Mar 2026.",
    "We will send a smaller offer by Friday.",
  ]);
  expect(textsOf(summary, "Open questions")).toEqual(["Who signs on your side?"]);
  expect(textsOf(summary, "Changed since your last visit")).toEqual(
    expect.arrayContaining(["Acme renewal: the opportunity was created (Dana Fox, 20 Mar 2026)."]),
  );
  for (const claim of summary.sections.flatMap(({ claims }) => claims)) {
    expect(claim.evidence.length, claim.text).toBeGreaterThan(0);
    for (const n of claim.evidence)
      expect(summary.evidence[n - 1]).toMatchObject({
        n,
        quote: expect.stringMatching(/\S/),
        href: expect.stringMatching(/^\//),
        label: expect.any(String),
      });
  }
  expect(summary.dataVersion).toMatchObject({ pending: 0, eventSeq: expect.any(Number) });
  const runs = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiRun).where(eq(aiRun.workspaceId, ctx.workspaceId)),
  );
  expect(runs).toMatchObject([{ purpose: "summary", engine: "extracted", failure: null }]);
});

test("A4.1 a reader who sees one of two deals gets a summary of that one; another team's account is not found", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { accountId, opportunityId } = await seed(world);
  const { id: otherDeal } = await (
    await callerOf(world, world.admin)
  ).opportunities.create({
    name: "Acme expansion",
    accountId,
    ownerId: world.otherRep,
    amountCents: 100,
    closeDate: "2026-09-30",
    nextStep: "Call Lee",
    nextStepDue: "2027-01-01",
  });
  await sync(db);
  const other = await (await callerOf(world, world.otherRep)).assistant.summary({ type: "account", id: accountId });
  expect(textsOf(other, "Standing")[0]).toBe("Acme has 1 open opportunity worth $1, 0 won, 0 lost.");
  expect(JSON.stringify(other)).not.toContain("Acme renewal");
  const caller = await callerOf(world, world.rep);
  await expect(caller.assistant.summary({ type: "opportunity", id: otherDeal })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(
    (await callerOf(world, world.otherRep)).assistant.summary({ type: "opportunity", id: opportunityId }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("what changed since the last visit: fields with before and after, stage moves, new texts; nothing older", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  const subject = { type: "opportunity" as const, id: opportunityId };
  const caller = await callerOf(world, world.rep);
  const rep = await world.as(world.rep);
  await meetGates(rep, opportunityId);
  const { version } = await caller.opportunities.get({ opportunityId });
  await caller.assistant.recordVisit(subject);
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  await updateOpportunity(rep, {
    opportunityId,
    version,
    changes: { amountCents: 5_000_000, closeDate: "2026-05-15" },
  });
  await moveStage(rep, {
    opportunityId,
    version: version + 1,
    stageId: world.stages.find(({ name }) => name === "Proposal")!.id,
  });
  await note(rep, opportunityId, "Board", "The board has approved the budget of the division.", {
    occurredAt: clock.now.toISOString(),
  });
  await sync(db);
  await caller.assistant.recordVisit(subject);
  const summary = await caller.assistant.summary(subject);
  expect(textsOf(summary, "Changed since your last visit")).toEqual([
    "Acme renewal: stage changed from Discovery to Proposal (Dana Fox, 20 Mar 2026).",
    "Acme renewal: forecast category changed from Pipeline to Best case (Dana Fox, 20 Mar 2026).",
    "Acme renewal: amount changed from $48,200 to $50,000 (Dana Fox, 20 Mar 2026).",
    "Acme renewal: close date changed from 30 Apr 2026 to 15 May 2026 (Dana Fox, 20 Mar 2026).",
    "The board has approved the budget of the division.",
  ]);
  // Another person has another last visit.
  const manager = await (await callerOf(world, world.manager)).assistant.summary(subject);
  expect(textsOf(manager, "Changed since your last visit").length).toBeGreaterThan(4);
});

test("A5.1 the worker writes and renews the owner's summary, with time and data version; the same data gives the same text", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { accountId, opportunityId } = await seed(world);
  const stored = () =>
    withTransaction(world.job, (ctx) =>
      ctx.db
        .select()
        .from(aiSummary)
        .where(and(eq(aiSummary.workspaceId, ctx.workspaceId), eq(aiSummary.subjectId, accountId))),
    );
  const later = (minutes: number) => (clock.now = new Date(clock.now.getTime() + minutes * 60_000));
  later(2);
  await settle(db);
  const first = await stored();
  expect(first).toMatchObject([{ userId: world.rep, subjectType: "account" }]);
  const caller = await callerOf(world, world.rep);
  const shown = await caller.assistant.summary({ type: "account", id: accountId });
  expect(shown.generatedAt).toBe(first[0]?.createdAt.toISOString());
  expect(shown.dataVersion.eventSeq).toBe(first[0]?.dataSeq);
  expect(await caller.assistant.summary({ type: "account", id: accountId })).toEqual(shown);

  await note(
    await world.as(world.rep),
    opportunityId,
    "Legal",
    "The contract is on hold because of a problem with liability.",
    { occurredAt: daysAgo(0) },
  );
  await sync(db);
  // A reader never sees the old text: until the worker has renewed it, the summary is put together on the spot.
  expect(
    textsOf(await caller.assistant.summary({ type: "account", id: accountId }), "Risks and objections").join(),
  ).toContain("on hold");
  later(2);
  await settle(db);
  const [second] = await stored();
  expect(second?.dataSeq).toBeGreaterThan(first[0]?.dataSeq ?? 0);
  expect(JSON.stringify(second?.content)).toContain("on hold");
});

test("a deleted text leaves no quotation behind in stored summaries", async ({ db }) => {
  const world = await makeWorld(db);
  const { accountId } = await seed(world);
  const caller = await callerOf(world, world.rep);
  await caller.assistant.summarise({ type: "account", id: accountId });
  await withTransaction(world.job, async (ctx) => {
    const [row] = await ctx.db
      .update(activity)
      .set({ deletedAt: new Date() })
      .where(eq(activity.workspaceId, ctx.workspaceId))
      .returning({ id: activity.id });
    await emitEvent(ctx, { type: "activity.deleted", subject: { type: "activity", id: row!.id } });
  });
  await sync(db);
  const left = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiSummary).where(eq(aiSummary.workspaceId, ctx.workspaceId)),
  );
  expect(left).toEqual([]);
  expect(JSON.stringify(await caller.assistant.summary({ type: "account", id: accountId }))).not.toContain("expensive");
});
