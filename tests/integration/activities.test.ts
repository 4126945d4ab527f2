import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { appUser, opportunity } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { createContact } from "#server/contacts/index.ts";
import { runConsumer } from "#server/core/consumers.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { logScheduled } from "#workers/consumers/log-scheduled.ts";
import { createDeal, createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const NOW = "2026-11-23T10:00:00Z";
const call = { kind: "call", subject: "Call with Lee", outcome: "Connected" } as const;
const step = { nextStep: "Send the contract", nextStepDue: "2026-11-27" } as const;

async function start(db: TestWorkspace["db"]) {
  const world = await createTestWorkspace(db);
  world.setNow(NOW);
  const deal = await createDeal(world);
  const rep = await world.caller("rep");
  const readDeal = () => rep.opportunities.get({ opportunityId: deal.opportunityId });
  return { world, rep, readDeal, ...deal };
}
const fieldsOf = (error: unknown) => (error as { cause: { details: unknown } }).cause.details;
const follow = async (world: TestWorkspace) => {
  await world.settle();
  while (await runConsumer(world.db, logScheduled, () => new Date(NOW)));
};

describe("activity discipline", () => {
  test("B8.1 a call on an open deal is refused without outcome and next step, and the refusal names rule and fields", async ({
    db,
  }) => {
    const { rep, opportunityId } = await start(db);
    const refusal = await rep.activities.log({ kind: "call", subject: "Hello", opportunityId }).catch(fieldsOf);
    expect(refusal).toMatchObject({
      rule: "activity-discipline",
      fields: {
        outcome: "Choose the outcome: Connected, Voicemail, No Response",
        nextStep: 'Confirm "Send the offer" by 2030-01-15, or enter a new next step',
      },
    });
    for (const [change, field] of [
      [{ outcome: "Very good", ...step }, "outcome"],
      [{ ...step, nextStepDue: "2026-11-22" }, "nextStepDue"],
      [{ ...step, nextStepDue: null }, "nextStepDue"],
      [{ ...step, nextStep: null }, "nextStep"],
    ] as const)
      expect(await rep.activities.log({ ...call, opportunityId, ...change }).catch(fieldsOf)).toMatchObject({
        fields: { [field]: expect.any(String) },
      });
    expect((await rep.activities.timeline({ record: { type: "opportunity", id: opportunityId } })).entries).toEqual([]);
  });

  test("B8.1 what follows becomes the deal's next step; a future one can be confirmed; notes are free", async ({
    db,
  }) => {
    const { rep, readDeal, opportunityId } = await start(db);
    await rep.activities.log({ ...call, opportunityId, ...step });
    expect(await readDeal()).toMatchObject({ ...step, version: 2 });
    await rep.activities.log({ ...call, opportunityId, isNextStepConfirmed: true });
    expect(await readDeal()).toMatchObject({ ...step, version: 2 });
    await rep.activities.log({ kind: "note", subject: "Thought", opportunityId });
    expect(await readDeal()).toMatchObject(step);
  });

  test("B8.1 a past next step cannot be confirmed, and a closed deal needs none", async ({ db }) => {
    const { world, rep, opportunityId } = await start(db);
    world.setNow("2031-01-01T10:00:00Z");
    const refused = rep.activities.log({ ...call, opportunityId, isNextStepConfirmed: true });
    expect(await refused.catch(fieldsOf)).toMatchObject({ fields: { nextStep: "Enter the next step" } });
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(opportunity).set({ stageKind: "won" }).where(eq(opportunity.id, opportunityId)),
    );
    expect(await rep.activities.log({ kind: "call", subject: "Thanks", opportunityId })).toMatchObject({
      id: expect.any(String),
    });
  });

  test("B8.1 outcomes are data: an administrator's new one can be chosen, the old one no more; a rep may not change them", async ({
    db,
  }) => {
    const { world, rep, opportunityId } = await start(db);
    const outcomes = [{ label: "Talked", nextStep: "Write it down", nextStepDays: 1 }];
    await expect(rep.activities.saveOutcomes({ kind: "call", outcomes })).rejects.toThrow("settings:manage");
    await (await world.caller("admin")).activities.saveOutcomes({ kind: "call", outcomes });
    expect((await rep.activities.outcomes()).filter(({ kind }) => kind === "call")).toEqual([
      { kind: "call", ...outcomes[0] },
    ]);
    await expect(rep.activities.log({ ...call, opportunityId, ...step })).rejects.toThrow("Choose the outcome: Talked");
    await rep.activities.log({ ...call, outcome: "talked", opportunityId, ...step });
  });

  test("B8.1 B8.5 a scheduled call stands with time and place; ticked off, it enters as outcome missing and one tap answers it", async ({
    db,
  }) => {
    const { world, rep, readDeal, opportunityId } = await start(db);
    const { id: taskId } = await rep.tasks.create({
      ...{ title: "Call Lee", kind: "call", startsAt: "2026-11-23T09:00:00Z", place: "Zoom", opportunityId },
    });
    const [planned] = await rep.tasks.list({ opportunityId, isScheduled: true });
    expect(planned).toMatchObject({ id: taskId, dueOn: "2026-11-23", place: "Zoom", kind: "call" });
    await rep.tasks.setDone({ taskId, isDone: true });
    await follow(world);
    await follow(world);
    const record = { type: "opportunity" as const, id: opportunityId };
    const { entries } = await rep.activities.timeline({ record, kind: "call" });
    expect(entries).toMatchObject([{ subject: "Call Lee", isOutcomeMissing: true, outcome: null }]);
    const activityId = entries[0]!.id;
    await expect(rep.activities.answerOutcome({ activityId, outcome: "Fine" })).rejects.toThrow("one of the outcomes");
    await rep.activities.answerOutcome({ activityId, outcome: "Voicemail" });
    expect(await readDeal()).toMatchObject({ nextStep: "Send the offer", nextStepDue: "2030-01-15" });
    await expect(rep.activities.answerOutcome({ activityId, outcome: "Voicemail" })).rejects.toThrow("already");
    expect((await rep.activities.timeline({ record, kind: "call" })).entries).toMatchObject([
      { outcome: "Voicemail", isOutcomeMissing: false },
    ]);
  });

  test("B8.1 the tap brings the outcome's usual next step where there is none; a task opened again takes its log back", async ({
    db,
  }) => {
    const { world, rep, readDeal, opportunityId } = await start(db);
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(opportunity).set({ nextStep: null, nextStepDue: null }).where(eq(opportunity.id, opportunityId)),
    );
    const planned = { kind: "call", startsAt: "2026-11-23T09:00:00Z", opportunityId } as const;
    const { id: taskId } = await rep.tasks.create({ ...planned, title: "First" });
    const { id: again } = await rep.tasks.create({ ...planned, title: "Second" });
    for (const id of [taskId, again]) await rep.tasks.setDone({ taskId: id, isDone: true });
    await follow(world);
    await rep.tasks.setDone({ taskId: again, isDone: false });
    await follow(world);
    const { entries } = await rep.activities.timeline({
      record: { type: "opportunity", id: opportunityId },
      kind: "call",
    });
    expect(entries).toMatchObject([{ subject: "First" }]);
    await rep.activities.answerOutcome({ activityId: entries[0]!.id, outcome: "Voicemail" });
    expect(await readDeal()).toMatchObject({ nextStep: "Call again", nextStepDue: "2026-11-24" });
  });

  test("B8.1 a colleague who may only read the deal logs too: the next step waits for its owner as a task", async ({
    db,
  }) => {
    const { world, rep, readDeal, opportunityId } = await start(db);
    await rep.tasks.ask({ opportunityId, toUserId: world.ids.otherRep, text: "Please call", dueOn: "2026-11-24" });
    const other = await world.caller("otherRep");
    await other.activities.log({ ...call, opportunityId, ...step });
    expect(await readDeal()).toMatchObject({ nextStep: "Send the offer" });
    const titles = (await rep.tasks.list({ opportunityId, ownerId: world.ids.rep })).map(({ title }) => title);
    expect(titles).toEqual(["Send the contract"]);
  });
});

describe("next step enforcement", () => {
  test("B9.2 an open deal is not saved without a dated next step, and a hand-over alone is", async ({ db }) => {
    const { world, rep, opportunityId } = await start(db);
    const refused = await rep.opportunities
      .create({ name: "Bare", amountCents: 100, closeDate: "2027-01-31" })
      .catch(fieldsOf);
    expect(refused).toMatchObject({
      rule: "dated-next-step",
      fields: { nextStep: expect.any(String), nextStepDue: expect.any(String) },
    });
    const change = (version: number, changes: object) =>
      rep.opportunities.update({ opportunityId, version, changes }).catch(fieldsOf);
    expect(await change(1, { nextStep: null })).toMatchObject({ fields: { nextStep: expect.any(String) } });
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(opportunity).set({ nextStep: null, nextStepDue: null }).where(eq(opportunity.id, opportunityId)),
    );
    expect(await change(1, { amountCents: 5 })).toMatchObject({ rule: "dated-next-step" });
    expect(await change(1, { amountCents: 5, ...step })).toBeUndefined();
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(opportunity).set({ nextStep: null }).where(eq(opportunity.id, opportunityId)),
    );
    const manager = await world.caller("manager");
    await manager.opportunities.update({ opportunityId, version: 2, changes: { ownerId: world.ids.peer } });
    expect((await rep.opportunities.list({ isWithoutNextStep: true })).rows).toEqual([]);
    expect((await manager.opportunities.list({ isWithoutNextStep: true })).rows).toHaveLength(1);
  });
});

describe("timeline", () => {
  test("B8.3 an activity stands once on the timeline of each of its records", async ({ db }) => {
    const { world, rep, opportunityId, accountId } = await start(db);
    const ctx = await world.ctx("rep");
    const [lee, kim] = [
      await createContact(ctx, { firstName: "Ann", lastName: "Lee", accountId }),
      await createContact(ctx, { firstName: "Jo", lastName: "Kim", accountId }),
    ];
    const { id } = await rep.activities.log({
      ...{ ...call, ...step, opportunityId, contactId: lee.id },
      also: [
        { type: "contact", id: kim.id },
        { type: "contact", id: lee.id },
        { type: "opportunity", id: opportunityId },
      ],
    });
    for (const record of [
      { type: "opportunity", id: opportunityId },
      { type: "account", id: accountId },
      { type: "contact", id: lee.id },
      { type: "contact", id: kim.id },
    ] as const) {
      const { entries } = await rep.activities.timeline({ record });
      expect(entries.filter((entry) => entry.type === "activity").map((entry) => entry.id)).toEqual([id]);
    }
    const foreign = await createDeal(world, "otherRep");
    const also = [{ type: "opportunity" as const, id: foreign.opportunityId }];
    await expect(rep.activities.log({ ...call, ...step, opportunityId, also })).rejects.toThrow("not found");
  });

  test("B8.2 the last hundred over all channels come in order of time, further ones by key, filtered by type and person", async ({
    db,
  }) => {
    const { world, rep, opportunityId } = await start(db);
    const manager = await world.caller("manager");
    const record = { type: "opportunity" as const, id: opportunityId };
    const kinds = ["call", "email", "meeting", "visit", "note"] as const;
    const outcomes = { call: "Connected", email: "Sent", meeting: "Held", visit: "Held", note: null };
    for (let index = 0; index < 125; index++) {
      const kind = kinds[index % 5]!;
      const who = index % 25 === 0 ? manager : rep;
      // Several at the same moment: the key tells them apart.
      const occurredAt = new Date(Date.parse(NOW) - Math.floor(index / 10) * 3_600_000).toISOString();
      await who.activities.log({
        ...{ kind, subject: `No. ${index}`, outcome: outcomes[kind], occurredAt, opportunityId },
        isNextStepConfirmed: true,
      });
    }
    const first = await rep.activities.timeline({ record });
    expect(first.entries).toHaveLength(100);
    expect(new Set(first.entries.map((entry) => "kind" in entry && entry.kind))).toEqual(new Set(kinds));
    const rest = await rep.activities.timeline({ record, cursor: first.nextCursor });
    expect(rest).toMatchObject({ nextCursor: null, entries: { length: 25 } });
    const all = [...first.entries, ...rest.entries];
    expect(new Set(all.map(({ id }) => id)).size).toBe(125);
    const times = all.map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect((await rep.activities.timeline({ record, kind: "visit" })).entries).toHaveLength(25);
    expect((await rep.activities.timeline({ record, personId: world.ids.manager })).entries).toHaveLength(5);
    await world.settle();
    expect((await rep.activities.timeline({ record, kind: "change" })).entries).toMatchObject([
      { type: "event", summary: "created the opportunity" },
    ]);
  });

  test("B8.6 a call captures objections, feedback and requirements as typed entries of the deal", async ({ db }) => {
    const { rep, opportunityId } = await start(db);
    await rep.activities.log({
      ...{ ...call, ...step, opportunityId },
      entries: [
        { kind: "objection", text: "Too dear" },
        { kind: "requirement", text: "Single sign-on" },
        { kind: "feedback", text: "Likes the board" },
      ],
    });
    expect((await rep.activities.entries({ opportunityId })).map(({ kind }) => kind).sort()).toEqual([
      "feedback",
      "objection",
      "requirement",
    ]);
    expect(await rep.activities.entries({ opportunityId, kind: "objection" })).toMatchObject([{ text: "Too dear" }]);
    const { entries } = await rep.activities.timeline({ record: { type: "opportunity", id: opportunityId } });
    expect(entries[0]).toMatchObject({ entries: { length: 3 } });
  });
});

describe("requests to colleagues", () => {
  const hirePreSales = async (world: TestWorkspace): Promise<void> => {
    world.ids.otherRep = newId();
    await withTransaction(world.job, (ctx) =>
      ctx.db.insert(appUser).values({
        ...{ workspaceId: ctx.workspaceId, id: world.ids.otherRep, name: "Tess Technical" },
        ...{ role: "pre_sales", email: `${newId()}@test.example` },
      }),
    );
  };

  test("B8.7 a request to a function is a task with due date; the answer stands on the record", async ({ db }) => {
    const { world, rep, opportunityId } = await start(db);
    const question = { opportunityId, text: "Does it run on ships?", dueOn: "2026-11-25" };
    await expect(rep.tasks.ask({ ...question, toFunction: "technical" })).rejects.toThrow("the technical team");
    await hirePreSales(world);
    const asked = await rep.tasks.ask({ ...question, toFunction: "technical" });
    expect(asked.name).toBe("Tess Technical");
    const tess = await world.caller("otherRep");
    expect(await tess.tasks.list({ ownerId: asked.userId })).toMatchObject([
      { id: asked.taskId, dueOn: "2026-11-25", opportunityId, request: { text: "Does it run on ships?" } },
    ]);
    await expect(rep.tasks.answerRequest({ taskId: asked.taskId, answer: "Yes" })).rejects.toThrow("Only whoever");
    await tess.tasks.answerRequest({ taskId: asked.taskId, answer: "Yes, since version 4" });
    const { entries } = await rep.activities.timeline({
      record: { type: "opportunity", id: opportunityId },
      kind: "note",
    });
    expect(entries).toMatchObject([
      { body: "Does it run on ships?\n\nYes, since version 4", personName: "Tess Technical" },
    ]);
    expect(await rep.tasks.requests({ opportunityId })).toMatchObject([
      { request: { answer: "Yes, since version 4" } },
    ]);
    const toManager = await rep.tasks.ask({ ...question, toFunction: "sales_manager" });
    expect(toManager.userId).toBe(world.ids.manager);
  });

  test("B8.8 a demo is asked for with requirements and slots; its booking is a scheduled meeting of the owner", async ({
    db,
  }) => {
    const { world, rep, opportunityId } = await start(db);
    await hirePreSales(world);
    const slots = ["2026-11-26T09:00:00Z", "2026-11-27T09:00:00Z"];
    const { taskId } = await rep.tasks.ask({
      ...{ opportunityId, kind: "demo", toFunction: "technical", text: "Show the board", dueOn: "2026-11-25", slots },
    });
    const tess = await world.caller("otherRep");
    await tess.tasks.bookDemo({ taskId, startsAt: slots[1]!, place: "Teams" });
    expect(await rep.tasks.list({ opportunityId, ownerId: world.ids.rep, isScheduled: true })).toMatchObject([
      { title: "Demo: Northwind renewal", kind: "meeting", dueOn: "2026-11-27", place: "Teams" },
    ]);
    await expect(tess.tasks.bookDemo({ taskId, startsAt: slots[0]! })).rejects.toThrow("already");
  });
});
