import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { opportunity } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createDeal, createTestWorkspace, forgetNextStep, NEXT_STEP, type TestWorkspace } from "../factories.ts";
import { meetGates } from "../setup/meet-gates.ts";
import { test } from "../setup/test-database.ts";

const LIST = { limit: 50, sort: "closeDate", isDescending: false, kind: "open" } as const;

/** Deals of one rep by their names, made with the given fields. */
async function makeDeals(world: TestWorkspace, deals: Record<string, { amountCents: number; closeDate: string }>) {
  const rep = await world.caller("rep");
  const ids: Record<string, string> = {};
  for (const [name, fields] of Object.entries(deals))
    ids[name] = (await rep.opportunities.create({ name, ...fields, ...NEXT_STEP })).id;
  return ids;
}

const setRow = (world: TestWorkspace, id: string, values: Partial<typeof opportunity.$inferInsert>) =>
  withTransaction(world.job, ({ db }) => db.update(opportunity).set(values).where(eq(opportunity.id, id)));

describe("board", () => {
  test("B7.1 columns carry count, sum and weighted sum of what the viewer may see, and the cards page by key", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    await makeDeals(
      world,
      Object.fromEntries(
        Array.from({ length: 7 }, (_, n) => [
          `Deal ${n}`,
          { amountCents: 100_000 * (n + 1), closeDate: `2027-01-0${n + 1}` },
        ]),
      ),
    );
    await createDeal(world, "otherRep");
    const rep = await world.caller("rep");
    const board = await rep.opportunities.board({});
    expect(board.columns.map(({ name }) => name)).toEqual([
      ...["Qualification", "Discovery", "Solution Design", "Demo/Validation", "Proposal", "Security/Legal Review"],
      ...["Negotiation", "Commit", "Closed Won", "Closed Lost"],
    ]);
    const [first] = board.columns;
    expect(first).toMatchObject({
      count: 7,
      amountCents: 2_800_000,
      weightedCents: 280_000,
      stalled: 0,
      normDays: null,
    });
    expect((await (await world.caller("admin")).opportunities.board({})).columns[0]!.count).toBe(8);

    const names: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const page = await rep.opportunities.list({ ...LIST, limit: 3, stageId: first!.id, cursor, withSummary: false });
      names.push(...page.rows.map(({ name }) => name));
      cursor = page.nextCursor;
      more = cursor !== null;
    }
    expect(names).toEqual(Array.from({ length: 7 }, (_, n) => `Deal ${n}`));
  });

  test("B7.4 the list sorts by expected close date and by value, both ways", async ({ db }) => {
    const world = await createTestWorkspace(db);
    await makeDeals(world, {
      Small: { amountCents: 100, closeDate: "2027-03-01" },
      Large: { amountCents: 900, closeDate: "2027-02-01" },
      Middle: { amountCents: 500, closeDate: "2027-01-01" },
    });
    const rep = await world.caller("rep");
    const names = async (sort: "closeDate" | "amount", isDescending: boolean) =>
      (await rep.opportunities.list({ ...LIST, sort, isDescending })).rows.map(({ name }) => name);
    expect(await names("closeDate", false)).toEqual(["Middle", "Large", "Small"]);
    expect(await names("closeDate", true)).toEqual(["Small", "Large", "Middle"]);
    expect(await names("amount", false)).toEqual(["Small", "Middle", "Large"]);
    expect(await names("amount", true)).toEqual(["Large", "Middle", "Small"]);
  });

  test("B7.3 B7.5 B7.6 each filter finds its deals and no other, in list and board alike", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const plain = { amountCents: 100_000, closeDate: day(60) };
    const ids = await makeDeals(world, {
      plain,
      large: { ...plain, amountCents: 9_000_000 },
      stalled: plain,
      slipped: { ...plain, closeDate: day(-3) },
      pushed: plain,
      refused: plain,
      ready: plain,
      stale: plain,
    });
    const rep = await world.caller("rep");
    await forgetNextStep(world, ids.large!);
    const old = new Date(Date.now() - 40 * 86_400_000);
    await setRow(world, ids.stalled!, { stageEnteredAt: old });
    await setRow(world, ids.pushed!, { closeDatePushes: 2 });
    await setRow(world, ids.stale!, { probabilitySetAt: old });
    const [, discovery] = await rep.opportunities.stages();
    for (let n = 0; n < 2; n++) {
      const { version } = await rep.opportunities.get({ opportunityId: ids.refused! });
      await expect(
        rep.opportunities.moveStage({ opportunityId: ids.refused!, version, stageId: discovery!.id }),
      ).rejects.toThrow("cannot be left");
    }
    await meetGates(await world.ctx("rep"), ids.ready!);

    const found = async (filters: Parameters<typeof rep.opportunities.board>[0]) => {
      const { rows, summary } = await rep.opportunities.list({ ...LIST, ...filters });
      const { columns } = await rep.opportunities.board(filters);
      expect(columns.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
      expect(summary!.count).toBe(rows.length);
      return rows.map(({ name }) => name).sort();
    };
    expect(await found({ isMine: true })).toHaveLength(8);
    expect(await found({ ownerId: world.ids.peer })).toEqual([]);
    expect(await found({ minAmountCents: 5_000_001 })).toEqual(["large"]);
    expect(await found({ isStalled: true })).toEqual(["stalled"]);
    expect(await found({ isAtRisk: true })).toEqual(["pushed", "slipped", "stalled"]);
    expect(await found({ needsManager: true })).toEqual(["large", "pushed", "refused", "slipped", "stalled"]);
    expect(await found({ isReadyToAdvance: true })).toEqual(["ready"]);
    expect(await found({ isWithoutNextStep: true })).toEqual(["large"]);
    expect(await found({ closeDateTo: day(0) })).toEqual(["slipped"]);
    expect(await found({ minProbability: 0.5 })).toEqual([]);
    expect(await found({ category: "pipeline" })).toHaveLength(8);
    expect(await found({ quality: "probability" })).toEqual(["stale"]);
    expect(await found({ quality: "closeDate" })).toEqual(["slipped"]);
  });

  test("B5.9 the broken data-quality rules are marked on each deal and counted for each rep", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const ids = await makeDeals(world, {
      empty: { amountCents: 0, closeDate: "2020-01-01" },
      whole: { amountCents: 1, closeDate: "2027-01-01" },
    });
    await forgetNextStep(world, ids.empty!);
    await meetGates(await world.ctx("rep"), ids.whole!);
    const { rows } = await (await world.caller("manager")).opportunities.list(LIST);
    expect(Object.fromEntries(rows.map(({ name, brokenQuality }) => [name, brokenQuality]))).toEqual({
      empty: ["closeDate", "amount", "contactRole", "nextStep"],
      whole: [],
    });
    expect(await (await world.caller("manager")).opportunities.dataQuality()).toEqual([
      {
        ownerId: world.ids.rep,
        ownerName: "Rolf Rep",
        open: 2,
        broken: { closeDate: 1, amount: 1, contactRole: 1, nextStep: 1, probability: 0 },
      },
    ]);
  });

  test("B5.6 time in stage and share that goes on are told from the moves", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const ids = await makeDeals(world, {
      won: { amountCents: 1, closeDate: "2027-01-01" },
      lost: { amountCents: 1, closeDate: "2027-01-01" },
    });
    const rep = await world.caller("rep");
    const stages = await rep.opportunities.stages();
    const stageId = (name: string) => stages.find((one) => one.name === name)!.id;
    await meetGates(await world.ctx("rep"), ids.won!);
    for (const [name, days] of [
      ["won", 4],
      ["lost", 8],
    ] as const)
      await setRow(world, ids[name]!, { stageEnteredAt: new Date(Date.now() - days * 86_400_000) });
    const version = async (id: string) => (await rep.opportunities.get({ opportunityId: id })).version;
    await rep.opportunities.moveStage({
      opportunityId: ids.won!,
      version: await version(ids.won!),
      stageId: stageId("Discovery"),
    });
    await rep.opportunities.moveStage({
      ...{
        opportunityId: ids.lost!,
        version: await version(ids.lost!),
        stageId: stageId("Closed Lost"),
        reason: "Price",
      },
    });
    const [first] = await rep.opportunities.stageTimes({});
    expect(first).toMatchObject({
      stageName: "Qualification",
      moves: 2,
      conversion: 0.5,
      lost: 1,
      meanDays: 6,
      medianDays: 6,
    });
    const [column] = (await rep.opportunities.board({})).columns;
    expect(column!.normDays).toBe(6);
  });

  test("B5.8 probability and close date are kept before, after and with their note", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const rep = await world.caller("rep");
    const changes = { probability: 0.35, closeDate: "2027-03-31" };
    await rep.opportunities.update({ opportunityId, version: 1, changes, note: "Budget moved to spring" });
    await world.settle();
    const history = await rep.opportunities.fieldHistory({ opportunityId });
    expect(
      history.map(({ field, before, after, note, personName }) => [field, before, after, note, personName]),
    ).toEqual([
      ["closeDate", "2027-01-31", "2027-03-31", "Budget moved to spring", "Rolf Rep"],
      ["probability", 0.1, 0.35, "Budget moved to spring", "Rolf Rep"],
    ]);
  });

  test("B7.8 a bulk change obeys the gates and tells the result of each deal", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const ids = await makeDeals(world, {
      ready: { amountCents: 1, closeDate: "2027-01-01" },
      unready: { amountCents: 1, closeDate: "2027-01-01" },
    });
    await meetGates(await world.ctx("rep"), ids.ready!);
    const { opportunityId: foreign } = await createDeal(world, "otherRep");
    const rep = await world.caller("rep");
    const [, discovery] = await rep.opportunities.stages();
    const version = async (id: string) => (await rep.opportunities.get({ opportunityId: id })).version;
    const results = await rep.opportunities.bulkUpdate({
      items: [
        { opportunityId: ids.ready!, version: await version(ids.ready!) },
        { opportunityId: ids.unready!, version: await version(ids.unready!) },
        { opportunityId: foreign, version: 1 },
      ],
      changes: { stageId: discovery!.id },
    });
    expect(results.map(({ isDone, refusal, missing }) => [isDone, refusal !== null, missing.length])).toEqual([
      [true, false, 0],
      [false, true, 4],
      [false, true, 0],
    ]);
    expect((await rep.opportunities.get({ opportunityId: ids.ready! })).stageName).toBe("Discovery");
    const dates = await rep.opportunities.bulkUpdate({
      items: [{ opportunityId: ids.unready!, version: await version(ids.unready!) }],
      changes: { closeDate: "2027-05-05", nextStep: "Call", nextStepDue: "2027-01-02" },
    });
    expect(dates[0]!.isDone).toBe(true);
    expect(await rep.opportunities.get({ opportunityId: ids.unready! })).toMatchObject({
      closeDate: "2027-05-05",
      nextStep: "Call",
    });
  });

  test("B7.3 views are kept under a name; a shared one is everybody's to open and its owner's to remove", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const [rep, manager] = [await world.caller("rep"), await world.caller("manager")];
    await rep.opportunities.saveView({ name: "Mine", filters: "owner=me" });
    await rep.opportunities.saveView({ name: "Big", filters: "amount=50000", isShared: true });
    await rep.opportunities.saveView({ name: "Mine", filters: "mine=1" });
    expect((await rep.opportunities.views()).map(({ name, filters, isMine }) => [name, filters, isMine])).toEqual([
      ["Big", "amount=50000", true],
      ["Mine", "mine=1", true],
    ]);
    const shared = await manager.opportunities.views();
    expect(shared.map(({ name, isMine, ownerName }) => [name, isMine, ownerName])).toEqual([
      ["Big", false, "Rolf Rep"],
    ]);
    await expect(manager.opportunities.removeView({ viewId: shared[0]!.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await rep.opportunities.removeView({ viewId: shared[0]!.id });
    expect(await manager.opportunities.views()).toEqual([]);
  });
});
