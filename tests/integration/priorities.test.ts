import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { opportunity } from "#db/schema/index.ts";
import { createContact } from "#server/contacts/index.ts";
import { runConsumer } from "#server/core/consumers.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { healthConsumer, keepAllHealth } from "#server/priorities/index.ts";
import { createDeal, createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const NOW = "2026-11-23T10:00:00Z";

async function start(db: TestWorkspace["db"]) {
  const world = await createTestWorkspace(db);
  world.setNow(NOW);
  const deal = await createDeal(world);
  const rep = await world.caller("rep");
  await follow(world);
  return { world, rep, ...deal };
}
/** Lets the follower of the log catch up. */
async function follow(world: TestWorkspace): Promise<void> {
  await world.settle();
  while (await runConsumer(world.db, healthConsumer, () => world.job.now()));
}
/** What the daily clock does. */
const clock = (world: TestWorkspace) => keepAllHealth(world.db, (workspaceId) => ({ ...world.job, workspaceId }));
const setDeal = (world: TestWorkspace, id: string, values: Partial<typeof opportunity.$inferInsert>) =>
  withTransaction(world.job, (ctx) => ctx.db.update(opportunity).set(values).where(eq(opportunity.id, id)));
const alertsOf = async (world: TestWorkspace) =>
  (await (await world.caller("rep")).notifications.list()).rows.filter(({ kind }) => kind === "opportunity.alert");

describe("deal health", () => {
  test("B9.5 health comes from listed factors with evidence, and follows what happens to the deal", async ({ db }) => {
    const { world, rep, opportunityId, accountId } = await start(db);
    expect(await rep.priorities.health({ opportunityId })).toMatchObject({ score: 100, isAtRisk: false, factors: [] });
    await setDeal(world, opportunityId, { nextStep: null, nextStepDue: null, closeDatePushes: 2 });
    const stages = await rep.opportunities.stages();
    const proposal = stages.find(({ name }) => name === "Proposal")!;
    await setDeal(world, opportunityId, { stageId: proposal.id });
    world.setNow("2026-12-14T10:00:00Z");
    await clock(world);
    const health = await rep.priorities.health({ opportunityId });
    expect(health).toMatchObject({
      isAtRisk: true,
      score: 15,
      alerts: ["no-next-step", "no-activity", "over-idle-limit"],
    });
    expect(health!.factors.map(({ rule, points }) => [rule, points])).toEqual([
      ["silence", 25],
      ["no-decision-maker", 20],
      ["no-next-step", 20],
      ["close-date-pushed", 15],
      ["single-contact", 5],
    ]);
    for (const { evidence, reason, clears } of health!.factors) {
      expect(evidence.length).toBeGreaterThan(0);
      expect([reason, clears].every((text) => text.length > 10)).toBe(true);
    }
    const ctx = await world.ctx("rep");
    const contact = await createContact(ctx, { firstName: "Lee", lastName: "Wong", accountId });
    await rep.opportunities.setContactRole({ opportunityId, contactId: contact.id, role: "Decision Maker" });
    await rep.activities.log({
      ...{ kind: "call", subject: "Call", outcome: "Connected", opportunityId },
      ...{ nextStep: "Sign", nextStepDue: "2026-12-20", body: "They also compare another vendor." },
      direction: "inbound",
    });
    await follow(world);
    expect(await rep.priorities.health({ opportunityId })).toMatchObject({
      isAtRisk: false,
      factors: [{ rule: "close-date-pushed" }, { rule: "competitor-mention" }, { rule: "single-contact" }],
    });
  });

  test("B9.5 weights are versioned data: published by an administrator, applied to every open deal, refused when stale", async ({
    db,
  }) => {
    const { world, rep, opportunityId } = await start(db);
    await setDeal(world, opportunityId, { closeDatePushes: 3 });
    const admin = await world.caller("admin");
    const rules = { factors: [{ rule: "close-date-pushed", points: 70 }], atRiskBelow: 40, noActivityDays: 5 };
    await expect(rep.priorities.publishRules({ ...rules, basedOn: 0, note: "Mine" })).rejects.toThrow(
      "settings:manage",
    );
    expect(await admin.priorities.publishRules({ ...rules, basedOn: 0, note: "Pushes matter" })).toEqual({
      version: 1,
    });
    await expect(admin.priorities.publishRules({ ...rules, basedOn: 0, note: "Again" })).rejects.toThrow("meantime");
    await clock(world);
    expect(await rep.priorities.health({ opportunityId })).toMatchObject({
      score: 30,
      isAtRisk: true,
      rulesVersion: 1,
    });
    expect((await rep.priorities.rules()).history).toMatchObject([{ version: 1, note: "Pushes matter" }]);
  });

  test("B9.5 a judgement by hand needs a reason, goes before the score, and can be taken back", async ({ db }) => {
    const { world, rep, opportunityId } = await start(db);
    await expect(rep.priorities.judge({ opportunityId, isAtRisk: true })).rejects.toThrow("Say why");
    await rep.priorities.judge({ opportunityId, isAtRisk: true, reason: "The sponsor left" });
    await follow(world);
    const judged = { isAtRisk: true, score: 100, manualReason: "The sponsor left", judgeName: "Rolf Rep" };
    expect(await rep.priorities.health({ opportunityId })).toMatchObject(judged);
    expect((await rep.priorities.feed({})).cards).toMatchObject([
      { rule: "At risk, by hand", why: "The sponsor left" },
    ]);
    await rep.priorities.judge({ opportunityId, isAtRisk: null });
    expect(await rep.priorities.health({ opportunityId })).toMatchObject({ isAtRisk: false, manualReason: null });
    const stranger = await world.caller("otherRep");
    await expect(stranger.priorities.health({ opportunityId })).rejects.toThrow("not found");
    await expect(stranger.priorities.judge({ opportunityId, isAtRisk: true, reason: "No" })).rejects.toThrow(
      "not found",
    );
  });

  test("B9.3 B9.4 the owner is told once of a deal that grew quiet, is over its idle limit or past its step, with suggested actions", async ({
    db,
  }) => {
    const { world, opportunityId } = await start(db);
    await clock(world);
    expect(await alertsOf(world)).toEqual([]);
    world.setNow("2026-12-04T10:00:00Z");
    await clock(world);
    await clock(world);
    const [alert, ...more] = await alertsOf(world);
    expect(more).toEqual([]);
    expect(alert).toMatchObject({
      title: "Northwind renewal is quiet and is over its stage's idle limit",
      body: expect.stringContaining("Call Northwind Traders about Northwind renewal"),
      href: `/apps/crm/opportunities/${opportunityId}`,
    });
    await setDeal(world, opportunityId, { nextStepDue: "2026-12-03" });
    world.setNow("2026-12-05T10:00:00Z");
    await clock(world);
    await setDeal(world, opportunityId, { nextStep: null, nextStepDue: null });
    world.setNow("2026-12-06T10:00:00Z");
    await clock(world);
    expect((await alertsOf(world)).map(({ title }) => title).sort()).toEqual([
      "Northwind renewal has no dated next step",
      "Northwind renewal is past its next step",
      "Northwind renewal is quiet and is over its stage's idle limit",
    ]);
  });
});

describe("priority stream", () => {
  async function fill(db: TestWorkspace["db"]) {
    const all = await start(db);
    const { world, rep, opportunityId } = all;
    await rep.tasks.create({ title: "Overdue", dueOn: "2026-11-20", opportunityId });
    await rep.tasks.create({ title: "Today", dueOn: "2026-11-23", opportunityId });
    await rep.tasks.create({ title: "Later", dueOn: "2026-11-30", opportunityId });
    const manager = await world.caller("manager");
    await manager.coaching.request({ opportunityId, comment: "Who decides?" });
    await setDeal(world, opportunityId, { nextStep: null, nextStepDue: null });
    await setDeal(world, (await createDeal(world)).opportunityId, { amountCents: 100, nextStepDue: "2026-11-19" });
    await follow(world);
    world.setNow("2026-11-23T11:00:00Z");
    await clock(world);
    // The follower saw the deals before they were changed behind its back.
    const touched = await rep.opportunities.list({});
    for (const { id } of touched.rows) await rep.priorities.judge({ opportunityId: id, isAtRisk: null });
    await follow(world);
    return { ...all, manager };
  }

  test("B9.1 B9.7 B9.8 one feed of tasks, coaching and deals: late first, each card with rule, evidence, action and end", async ({
    db,
  }) => {
    const { rep } = await fill(db);
    const { cards } = await rep.priorities.feed({});
    expect(cards.map(({ band, rule }) => [band, rule])).toEqual([
      [0, "Next step overdue"],
      [0, "Task overdue"],
      [1, "Task due today"],
      [2, "Coaching to acknowledge"],
      [3, "No dated next step"],
    ]);
    for (const card of cards)
      for (const text of [card.rule, card.why, card.action, card.clears, card.href]) expect(text).not.toBe("");
    expect(await rep.priorities.counts({})).toEqual([
      { type: "task", count: 2, urgent: 2 },
      { type: "lead", count: 0, urgent: 0 },
      { type: "activity", count: 0, urgent: 0 },
      { type: "coaching_item", count: 1, urgent: 0 },
      { type: "opportunity", count: 2, urgent: 1 },
    ]);
    expect((await rep.priorities.feed({ type: "task" })).cards).toHaveLength(2);
    expect((await rep.priorities.feed({ isUrgent: true })).cards).toHaveLength(3);
  });

  test("B9.8 equal data give equal order, and pages by key make up the whole", async ({ db }) => {
    const { world, rep, opportunityId } = await start(db);
    for (let index = 0; index < 12; index++)
      await rep.tasks.create({ title: "Same", dueOn: "2026-11-20", opportunityId });
    const whole = (await rep.priorities.feed({})).cards.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof rep.priorities.feed>> = await rep.priorities.feed({ cursor, limit: 5 });
      paged.push(...page.cards.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(whole);
    expect(new Set(paged).size).toBe(12);
    expect((await (await world.caller("rep")).priorities.feed({})).cards.map(({ id }) => id)).toEqual(whole);
  });

  test("B9.2 B9.8 a card is snoozed or dismissed with a reason, comes back by undo, on its day, or on another cause", async ({
    db,
  }) => {
    const { world, rep, opportunityId } = await start(db);
    const { id } = await rep.tasks.create({ title: "Call", dueOn: "2026-11-20", opportunityId });
    const card = { type: "task" as const, id };
    const shown = async () => (await rep.priorities.feed({})).cards.map((one) => one.id);
    await expect(rep.priorities.dismiss({ ...card, reason: " " })).rejects.toThrow("Say why");
    await rep.priorities.dismiss({ ...card, reason: "Not ours" });
    expect(await shown()).toEqual([]);
    expect(await rep.priorities.decisions()).toMatchObject([{ kind: "dismiss", reason: "Not ours" }]);
    await rep.priorities.undo(card);
    expect(await shown()).toEqual([id]);
    await rep.priorities.dismiss({ ...card, reason: "Not ours" });
    await rep.tasks.reschedule({ taskId: id, dueOn: "2026-11-22" });
    expect(await shown()).toEqual([id]);
    await expect(rep.priorities.snooze({ ...card, until: "2026-11-23", reason: "Ill" })).rejects.toThrow("day to come");
    await rep.priorities.snooze({ ...card, until: "2026-11-25", reason: "She is ill" });
    expect(await shown()).toEqual([]);
    world.setNow("2026-11-25T08:00:00Z");
    expect(await shown()).toEqual([id]);
    const stranger = await world.caller("otherRep");
    await expect(stranger.priorities.dismiss({ ...card, reason: "Mine" })).rejects.toThrow("not found");
  });

  test("B9.6 a manager sees the team's cards, by person; a rep sees nobody else's", async ({ db }) => {
    const { world, rep, manager } = await fill(db);
    expect((await manager.priorities.feed({})).cards).toEqual([]);
    const team = (await manager.priorities.feed({ scope: "team" })).cards;
    expect(team.map(({ id }) => id)).toEqual((await rep.priorities.feed({})).cards.map(({ id }) => id));
    expect((await manager.priorities.feed({ scope: "team", ownerId: world.ids.peer })).cards).toEqual([]);
    expect((await rep.priorities.feed({ scope: "team" })).cards).toEqual([]);
    expect((await (await world.caller("otherManager")).priorities.feed({ scope: "team" })).cards).toEqual([]);
  });

  test("B9.1 B9.7 leads stand in the stream: a flagged one first, with its reason, until the flag is off", async ({
    db,
  }) => {
    const { world, rep } = await start(db);
    const manager = await world.caller("manager");
    const { id: leadId } = await manager.leads.create({ lastName: "Okafor", company: "Harbour Ltd", source: "web" });
    await manager.leads.reassign({ leadIds: [leadId], ownerId: world.ids.rep, reason: "Knows the port" });
    await manager.leads.flag({ leadId, reason: "Board meets tonight" });
    const { cards } = await rep.priorities.feed({ type: "lead" });
    expect(cards).toMatchObject([
      { id: leadId, band: 0, rule: "Lead flagged for immediate attention", why: "Board meets tonight" },
    ]);
    expect(cards[0]!.href).toBe(`/apps/crm/leads/${leadId}`);
    expect((await rep.priorities.counts({})).find(({ type }) => type === "lead")).toMatchObject({ urgent: 1 });
  });
});
