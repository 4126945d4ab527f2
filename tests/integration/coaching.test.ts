import { describe, expect } from "vitest";
import { escalateDue } from "#server/coaching/index.ts";
import { saveResolvedAnchors } from "#server/coaching/index.ts";
import { log } from "#server/core/log.ts";
import { runConsumer } from "#server/core/consumers.ts";
import { notifyPeople } from "#workers/consumers/notify-people.ts";
import { createDeal, createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const MONDAY = "2026-11-23T10:00:00Z";
const anchor = {
  start: "AA==",
  end: "AQ==",
  blockId: null,
  quote: "The champion left last week",
  before: "",
  after: "",
  seq: 3,
};

const escalate = (world: TestWorkspace) =>
  escalateDue(world.db, (workspaceId) => ({
    ...world.job,
    workspaceId: workspaceId || world.workspaceId,
    actor: { kind: "job", name: "clock" },
    log,
  }));

describe("coaching ledger", () => {
  test("A2.1 a manager turns a passage into an item with rep, severity, comment, due time and quote", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const { id } = await manager.coaching.request({
      opportunityId,
      comment: "Who replaces her?",
      severity: "urgent",
      anchor,
    });
    const item = await manager.coaching.get({ itemId: id });
    expect(item).toMatchObject({
      repId: world.ids.rep,
      severity: "urgent",
      comment: "Who replaces her?",
      quote: anchor.quote,
      state: "open",
    });
    expect(item.dueAt.toISOString()).toBe("2026-11-23T14:00:00.000Z");
  });

  test("A2.2 a review is OK, Needs work or Escalate, and the last two ask for an acknowledgment", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    expect(await manager.coaching.review({ opportunityId, outcome: "ok" })).toMatchObject({ itemId: null });
    const needsWork = await manager.coaching.review({
      opportunityId,
      outcome: "needs_work",
      comment: "No decision maker",
    });
    const escalated = await manager.coaching.review({
      opportunityId,
      outcome: "escalate",
      comment: "Discount without approval",
    });
    const rep = await world.caller("rep");
    const inbox = await rep.coaching.inbox({ tab: "to_acknowledge" });
    expect(inbox.map((item) => item.id).sort()).toEqual([needsWork.itemId, escalated.itemId].sort());
    expect(inbox.every((item) => item.dueAt > new Date())).toBe(true);
    await expect(manager.coaching.review({ opportunityId, outcome: "needs_work" })).rejects.toThrow(
      "Say what needs work",
    );
  });

  test("A2.3 text changed after the acknowledgment is shown as changed, removed text leaves the quote", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const { id } = await manager.coaching.request({ opportunityId, comment: "Who replaces her?", anchor });
    const rep = await world.caller("rep");
    await rep.coaching.acknowledge({ itemId: id, version: 1, reply: "agreed" });
    expect((await rep.coaching.get({ itemId: id })).hasChangedSinceAcknowledged).toBe(false);
    await saveResolvedAnchors(world.job, [{ itemId: id, state: "changed", text: "The champion stays" }]);
    const changed = await rep.coaching.get({ itemId: id });
    expect(changed).toMatchObject({
      hasChangedSinceAcknowledged: true,
      acknowledgedText: anchor.quote,
      currentText: "The champion stays",
    });
    await saveResolvedAnchors(world.job, [{ itemId: id, state: "orphaned", text: null }]);
    expect(await rep.coaching.get({ itemId: id })).toMatchObject({ anchorState: "orphaned", quote: anchor.quote });
  });

  test("A2.4 states change by named acts only, each an entry that cannot be changed", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const rep = await world.caller("rep");
    const { id } = await manager.coaching.request({ opportunityId, comment: "Call the CFO" });
    await expect(rep.coaching.act({ itemId: id, version: 1, act: "start" })).rejects.toThrow("is open");
    await expect(manager.coaching.acknowledge({ itemId: id, version: 1, reply: "agreed" })).rejects.toThrow("Only rep");
    await rep.coaching.acknowledge({ itemId: id, version: 1, reply: "will_do_by", dueOn: "2026-12-01" });
    await rep.coaching.act({ itemId: id, version: 2, act: "start" });
    await rep.coaching.act({ itemId: id, version: 3, act: "finish" });
    await manager.coaching.act({ itemId: id, version: 4, act: "reopen", comment: "Not yet: no date" });
    const item = await manager.coaching.get({ itemId: id });
    expect(item.entries.map((entry) => [entry.act, entry.toState])).toEqual([
      ["request", "open"],
      ["acknowledge", "acknowledged"],
      ["start", "in_progress"],
      ["finish", "done"],
      ["reopen", "reopened"],
    ]);
    expect(item.state).toBe("reopened");
  });

  test("A2.7 coaching is seen by its rep, its author and the managers above, and by nobody else, also through events", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const { id } = await manager.coaching.request({ opportunityId, comment: "Private to us" });
    await world.settle();
    for (const who of ["rep", "manager", "director", "admin"] as const) {
      expect((await (await world.caller(who)).coaching.get({ itemId: id })).id).toBe(id);
    }
    for (const who of ["peer", "otherManager", "otherRep"] as const) {
      const stranger = await world.caller(who);
      await expect(stranger.coaching.get({ itemId: id })).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await stranger.coaching.list({ opportunityId })).toEqual([]);
      expect(
        JSON.stringify(await stranger.activities.timeline({ record: { type: "opportunity", id: opportunityId } })),
      ).not.toContain("acknowledg");
    }
    await expect((await world.caller("peer")).coaching.request({ opportunityId, comment: "x" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(
      (await world.caller("otherManager")).coaching.request({ opportunityId, repId: world.ids.rep, comment: "x" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("acknowledgment and escalation", () => {
  test("A3.1 coaching, acknowledgment and escalation stand on the opportunity's timeline", async ({ db }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const { id } = await manager.coaching.request({ opportunityId, comment: "Who decides?", severity: "urgent" });
    world.setNow("2026-11-23T14:30:00Z");
    await escalate(world);
    const rep = await world.caller("rep");
    await rep.coaching.acknowledge({ itemId: id, version: 2, reply: "agreed" });
    await world.settle();
    const { entries } = await rep.activities.timeline({ record: { type: "opportunity", id: opportunityId } });
    expect(
      entries
        .filter((entry) => entry.type === "event")
        .map((entry) => entry.event)
        .reverse(),
    ).toEqual(["opportunity.created", "coaching.requested", "coaching.escalated", "coaching.acknowledged"]);
  });

  test("A3.2 the inbox lists open items over all deals, overdue first", async ({ db }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const [first, second] = [await createDeal(world), await createDeal(world)];
    const manager = await world.caller("manager");
    const later = await manager.coaching.request({
      opportunityId: first.opportunityId,
      comment: "b",
      dueAt: "2026-11-25T10:00:00Z",
    });
    const sooner = await manager.coaching.request({
      opportunityId: second.opportunityId,
      comment: "a",
      dueAt: "2026-11-24T10:00:00Z",
      anchor,
    });
    world.setNow("2026-11-24T12:00:00Z");
    const inbox = await (await world.caller("rep")).coaching.inbox({ tab: "to_acknowledge" });
    expect(inbox.map(({ id, isOverdue, quote }) => ({ id, isOverdue, quote }))).toEqual([
      { id: sooner.id, isOverdue: true, quote: anchor.quote },
      { id: later.id, isOverdue: false, quote: null },
    ]);
  });

  test("A3.4 an acknowledgment keeps reply, time and the text that was read, and needs no right to write notes", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const { id } = await (await world.caller("manager")).coaching.request({ opportunityId, comment: "Why?", anchor });
    const rep = await world.caller("rep");
    await expect(rep.coaching.acknowledge({ itemId: id, version: 1, reply: "disagree" })).rejects.toThrow("why");
    await expect(rep.coaching.acknowledge({ itemId: id, version: 1, reply: "will_do_by" })).rejects.toThrow("when");
    await rep.coaching.acknowledge({ itemId: id, version: 1, reply: "disagree", comment: "She only moved teams" });
    expect(await rep.coaching.get({ itemId: id })).toMatchObject({
      state: "acknowledged",
      reply: "disagree",
      replyComment: "She only moved teams",
      acknowledgedText: anchor.quote,
      acknowledgedSeq: 3,
    });
  });

  test("A3.6 escalates once to the manager and once to his manager, also when nobody was running at the due time", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const { opportunityId } = await createDeal(world);
    const { id } = await (
      await world.caller("manager")
    ).coaching.request({ opportunityId, comment: "Now", severity: "urgent" });
    await escalate(world);
    expect(await (await world.caller("rep")).coaching.get({ itemId: id })).toMatchObject({
      state: "open",
      escalationLevel: 0,
    });
    // The clock stood still for a week: both limits have passed.
    world.setNow("2026-11-30T10:00:00Z");
    await Promise.all([escalate(world), escalate(world)]);
    await escalate(world);
    const item = await (await world.caller("director")).coaching.get({ itemId: id });
    expect(item).toMatchObject({
      state: "escalated",
      escalationLevel: 2,
      escalatedTo: [world.ids.manager, world.ids.director],
    });
    expect(item.entries.filter((entry) => entry.act === "escalate").map((entry) => entry.data.level)).toEqual([1, 2]);
    await world.settle();
    while (await runConsumer(db, notifyPeople, () => new Date()));
    const told = (await (await world.caller("director")).notifications.list()).rows;
    expect(told.map((row) => row.kind)).toEqual(["coaching.escalated"]);
  });

  test("A3.7 an acknowledgment can be taken back for ten minutes, and the clock runs again", async ({ db }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const { opportunityId } = await createDeal(world);
    const { id } = await (
      await world.caller("manager")
    ).coaching.request({ opportunityId, comment: "Now", severity: "urgent" });
    const rep = await world.caller("rep");
    expect(await rep.coaching.counts()).toMatchObject({ to_acknowledge: 1 });
    expect(await rep.coaching.acknowledgeMany({ itemIds: [id] })).toEqual([
      { itemId: id, isDone: true, message: null },
    ]);
    expect(await rep.coaching.counts()).toMatchObject({ to_acknowledge: 0 });
    await rep.coaching.act({ itemId: id, version: 2, act: "undo_acknowledge" });
    expect(await rep.coaching.counts()).toMatchObject({ to_acknowledge: 1 });
    world.setNow("2026-11-23T15:00:00Z");
    await escalate(world);
    expect(await rep.coaching.get({ itemId: id })).toMatchObject({ state: "escalated", escalationLevel: 1 });
  });

  test("A3.8 managers see acknowledgment rate, median time and overdue share per rep", async ({ db }) => {
    const world = await createTestWorkspace(db);
    world.setNow(MONDAY);
    const { opportunityId } = await createDeal(world);
    const manager = await world.caller("manager");
    const rep = await world.caller("rep");
    const first = await manager.coaching.request({ opportunityId, comment: "a", dueAt: "2026-11-23T14:00:00Z" });
    await manager.coaching.request({ opportunityId, comment: "b", dueAt: "2026-11-23T12:00:00Z" });
    world.setNow("2026-11-23T11:30:00Z");
    await rep.coaching.acknowledge({ itemId: first.id, version: 1, reply: "agreed" });
    world.setNow("2026-11-23T13:00:00Z");
    expect(await manager.coaching.report()).toEqual([
      {
        repId: world.ids.rep,
        repName: "Rolf Rep",
        total: 2,
        acknowledged: 1,
        overdue: 1,
        escalated: 0,
        acknowledgmentRate: 0.5,
        medianMinutes: 90,
        overdueShare: 0.5,
      },
    ]);
    await expect(rep.coaching.report()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
