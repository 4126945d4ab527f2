import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { opportunity } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createDeal, createTestWorkspace, forgetNextStep, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const NOW = "2026-11-23T10:00:00Z";

async function start(db: TestWorkspace["db"]) {
  const world = await createTestWorkspace(db);
  world.setNow(NOW);
  return { world, rep: await world.caller("rep"), manager: await world.caller("manager") };
}
async function addDeal(world: TestWorkspace, values: Partial<typeof opportunity.$inferInsert>, owner?: "otherRep") {
  const { opportunityId } = await createDeal(world, owner);
  await withTransaction(world.job, ({ db }) =>
    db.update(opportunity).set(values).where(eq(opportunity.id, opportunityId)),
  );
  return opportunityId;
}
const won = (amountCents: number, openedOn: string, closedAt: string) =>
  ({ stageKind: "won", amountCents, openedOn, closedAt: new Date(closedAt) }) as const;

describe("command center", () => {
  test("B10.6 pipeline value, weighted forecast, win rate and cycle follow their formulas, and open the rows they came from", async ({
    db,
  }) => {
    const { world, rep } = await start(db);
    const inside = await addDeal(world, { amountCents: 100_000, probability: 0.5, closeDate: "2026-12-20" });
    await addDeal(world, { amountCents: 700_000, probability: 0.5, closeDate: "2027-01-20" });
    await addDeal(world, { amountCents: 900_000, closeDate: "2026-12-20", forecastCategory: "omitted" });
    await addDeal(world, won(40_000, "2026-10-01", "2026-10-11T08:00:00Z"));
    await addDeal(world, won(20_000, "2026-10-01", "2026-11-10T08:00:00Z"));
    await addDeal(world, { stageKind: "lost", amountCents: 60_000, closedAt: new Date("2026-11-01T08:00:00Z") });
    await addDeal(world, won(90_000, "2026-01-01", "2026-05-01T08:00:00Z"));
    await addDeal(world, { amountCents: 5_000_000, closeDate: "2026-12-20" }, "otherRep");
    const data = await rep.dashboard.get({});
    expect(data.figures).toMatchObject({
      pipeline: { count: 1, amountCents: 100_000 },
      forecast: { count: 3, weightedCents: 50_000 + 60_000 },
      won: { count: 2, amountCents: 60_000 },
      open: { count: 3 },
    });
    expect(data.winRate).toBeCloseTo(2 / 3);
    expect(data.winRateByValue).toBeCloseTo(0.5);
    expect(data.cycleDays).toEqual({ mean: 25, median: 25 });
    for (const figure of ["pipeline", "forecast", "won", "closed", "open", "overdueCloseDate"] as const) {
      const { rows } = await rep.dashboard.rows({ figure });
      expect(rows).toHaveLength(data.figures[figure].count);
      const sum = rows.reduce((total, row) => total + (row.amountCents ?? 0), 0);
      expect(sum).toBe(data.figures[figure].amountCents);
    }
    expect((await rep.dashboard.rows({ figure: "pipeline" })).rows).toMatchObject([{ id: inside }]);
    const paged = await rep.dashboard.rows({ figure: "open", limit: 2 });
    const rest = await rep.dashboard.rows({ figure: "open", limit: 2, cursor: paged.nextCursor });
    expect(new Set([...paged.rows, ...rest.rows].map(({ id }) => id)).size).toBe(3);
  });

  test("B10.6 without closed deals there is no rate and no cycle, and without open ones no touchpoints: no data, not 0", async ({
    db,
  }) => {
    const { rep } = await start(db);
    expect(await rep.dashboard.get({})).toMatchObject({
      winRate: null,
      winRateByValue: null,
      cycleDays: { mean: null, median: null },
      touchpoints: null,
    });
  });

  test("B10.1 B10.4 a rep sees tasks due and overdue, deals without next step, stages, and today's plan with time and place", async ({
    db,
  }) => {
    const { world, rep } = await start(db);
    const { opportunityId } = await createDeal(world);
    await forgetNextStep(world, (await createDeal(world)).opportunityId);
    await rep.tasks.create({ title: "Old", dueOn: "2026-11-20" });
    await rep.tasks.create({ title: "Now", dueOn: "2026-11-23" });
    const plan = { kind: "meeting", durationMinutes: 45, opportunityId } as const;
    await rep.tasks.create({ ...plan, title: "Demo", startsAt: "2026-11-23T14:00:00Z", place: "Pier 4" });
    await rep.tasks.create({ ...plan, title: "Call", startsAt: "2026-11-23T08:00:00Z" });
    await rep.tasks.create({ ...plan, title: "Tomorrow", startsAt: "2026-11-24T08:00:00Z" });
    const data = await rep.dashboard.get({});
    expect(data.tasks).toEqual({ overdue: 1, today: 3 });
    expect(data.figures.withoutNextStep.count).toBe(1);
    expect(data.today.map(({ title, place }) => [title, place])).toEqual([
      ["Call", null],
      ["Demo", "Pier 4"],
    ]);
    expect(new Date(data.today[1]!.startsAt).toISOString()).toBe("2026-11-23T14:00:00.000Z");
    expect(data.stages.find(({ name }) => name === "Qualification")).toMatchObject({ count: 2 });
    expect(data.first[0]).toMatchObject({ title: "Old", band: 0 });
  });

  test("B10.5 a manager sees the team: pipeline, forecast and each person's performance; a rep asking for it sees his own", async ({
    db,
  }) => {
    const { world, rep, manager } = await start(db);
    await addDeal(world, { amountCents: 100_000, probability: 0.5, closeDate: "2026-12-20" });
    await addDeal(world, won(30_000, "2026-10-01", "2026-10-11T08:00:00Z"));
    await addDeal(world, { amountCents: 900_000, closeDate: "2026-12-20" }, "otherRep");
    await rep.tasks.create({ title: "Old", dueOn: "2026-11-20" });
    const data = await manager.dashboard.get({});
    expect(data).toMatchObject({ scope: "team", figures: { pipeline: { amountCents: 100_000 } } });
    expect(data.team).toMatchObject([
      {
        ...{ name: "Rolf Rep", pipelineCents: 100_000, forecastCents: 80_000, wonCents: 30_000 },
        ...{ winRate: 1, overdueTasks: 1 },
      },
    ]);
    expect((await rep.dashboard.get({ scope: "team" })).scope).toBe("mine");
    const rows = await rep.dashboard.rows({ figure: "open", scope: "team" });
    expect(rows.rows.map(({ ownerName }) => ownerName)).toEqual(["Rolf Rep"]);
  });

  test("B8.9 touchpoints of an open deal are counted per week: completed contacts with the customer, no notes", async ({
    db,
  }) => {
    const { world, rep } = await start(db);
    const { opportunityId } = await createDeal(world);
    const log = (kind: "call" | "note", occurredAt: string) =>
      rep.activities.log({
        ...{ kind, subject: kind, occurredAt, opportunityId, isNextStepConfirmed: true },
        outcome: kind === "call" ? "Connected" : null,
      });
    await log("call", "2026-11-22T10:00:00Z");
    await log("call", "2026-11-21T10:00:00Z");
    await log("note", "2026-11-22T10:00:00Z");
    await log("call", "2026-11-10T10:00:00Z");
    expect(await rep.activities.touchpoints({ opportunityId })).toEqual({ weeks: [2, 1, 0, 0] });
    expect((await rep.dashboard.get({})).touchpoints).toBe(2);
  });
});
