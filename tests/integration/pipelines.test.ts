import { and, eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { pipelineVersion } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import type { Caller } from "#server/trpc/router.ts";
import { createDeal, createTestWorkspace, NEXT_STEP } from "../factories.ts";
import { meetGates } from "../setup/meet-gates.ts";
import { test } from "../setup/test-database.ts";

type SavePipeline = Parameters<Caller["opportunities"]["savePipeline"]>[0];

/** The default pipeline as an administrator's form would send it back. */
async function load(admin: Caller): Promise<SavePipeline> {
  const [pipeline] = await admin.opportunities.pipelines();
  const { id, version, name, allowsSkipping, allowsBackward, categoryCriteria } = pipeline!;
  return {
    ...{ pipelineId: id, version, name, allowsSkipping, allowsBackward, stageMap: {} },
    categoryCriteria: categoryCriteria as SavePipeline["categoryCriteria"],
    stages: pipeline!.stages.map(
      ({ id, deals: _d, workspaceId: _w, pipelineId: _p, position: _o, archivedAt: _a, ...stage }) =>
        ({ ...stage, stageId: id }) as SavePipeline["stages"][number],
    ),
  };
}

describe("pipelines", () => {
  test("B5.4 an administrator adds a pipeline with stages of its own, and a deal lives in one of them", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const [admin, rep] = [await world.caller("admin"), await world.caller("rep")];
    await expect(rep.opportunities.createPipeline({ name: "Renewals" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { id } = await admin.opportunities.createPipeline({ name: "Renewals" });
    await expect(admin.opportunities.createPipeline({ name: "Renewals" })).rejects.toThrow("has this name");
    const input = { ...(await load(admin)), pipelineId: id, name: "Renewals" };
    const made = (await admin.opportunities.pipelines()).find((one) => one.id === id)!;
    const ends = ["Closed Won", "Closed Lost"].map((name) => ({
      ...input.stages.find((stage) => stage.name === name)!,
      stageId: made.stages.find((stage) => stage.name === name)!.id,
    }));
    const first = { ...input.stages[0]!, stageId: undefined, name: "Renewal due", idleDays: 3, probability: 0.6 };
    await admin.opportunities.savePipeline({
      ...{ ...input, version: 1, categoryCriteria: {} },
      stages: [{ ...first, exitCriteria: [], fields: [] }, ...ends],
    });
    const stages = (await rep.opportunities.stages()).filter(({ pipelineId }) => pipelineId === id);
    expect(stages.map(({ name, kind }) => [name, kind])).toEqual([
      ["Renewal due", "open"],
      ["Closed Won", "won"],
      ["Closed Lost", "lost"],
    ]);
    const deal = await rep.opportunities.create({
      ...{ name: "Renewal", amountCents: 1, closeDate: "2027-01-01", stageId: stages[0]!.id, ...NEXT_STEP },
    });
    expect(await rep.opportunities.get({ opportunityId: deal.id })).toMatchObject({ pipelineId: id, idleDays: 3 });
    expect((await rep.opportunities.board({ pipelineId: id })).columns[0]).toMatchObject({
      name: "Renewal due",
      count: 1,
    });
    const [other] = await rep.opportunities.stages();
    await expect(
      rep.opportunities.moveStage({ opportunityId: deal.id, version: 1, stageId: other!.id }),
    ).rejects.toThrow("another pipeline");
  });

  test("B5.10 removing a stage asks where its deals go, moves them with a row each, and keeps history and version", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const [admin, rep] = [await world.caller("admin"), await world.caller("rep")];
    const input = await load(admin);
    const [qualification, discovery] = input.stages;
    const stages = input.stages.slice(1);
    await expect(admin.opportunities.savePipeline({ ...input, stages })).rejects.toThrow("say which open stage");
    const stageMap = { [qualification!.stageId!]: discovery!.stageId! };
    await admin.opportunities.savePipeline({ ...input, stages, stageMap });
    expect((await rep.opportunities.get({ opportunityId })).stageName).toBe("Discovery");
    const { history } = await rep.opportunities.panel({ opportunityId });
    expect(history).toHaveLength(2);
    expect(history[0]).toMatchObject({ toName: "Discovery", reason: "The stage Qualification was removed" });
    expect(history[0]!.fromName).toMatch(/^Qualification/);
    expect((await rep.opportunities.board({})).columns[0]).toMatchObject({ name: "Discovery", count: 1 });
    const kept = await withTransaction(world.job, (ctx) =>
      ctx.db
        .select({ version: pipelineVersion.version, definition: pipelineVersion.definition })
        .from(pipelineVersion)
        .where(and(eq(pipelineVersion.workspaceId, world.workspaceId))),
    );
    expect(kept).toMatchObject([{ version: 1, definition: { stages: { length: 10 } } }]);
    // The name is free again for a new stage.
    const next = await load(admin);
    const again = { ...qualification!, stageId: undefined, fields: [], exitCriteria: [] };
    await admin.opportunities.savePipeline({ ...next, stages: [again, ...next.stages] });
    expect((await rep.opportunities.stages())[0]!.name).toBe("Qualification");
  });

  test("B5.10 stages change places with their deals staying in them, and names may be exchanged", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const [admin, rep] = [await world.caller("admin"), await world.caller("rep")];
    const input = await load(admin);
    const [first, second, ...rest] = input.stages;
    await admin.opportunities.savePipeline({ ...input, stages: [second!, first!, ...rest] });
    expect((await rep.opportunities.stages()).slice(0, 2).map(({ name }) => name)).toEqual([
      "Discovery",
      "Qualification",
    ]);
    expect((await rep.opportunities.get({ opportunityId })).stageName).toBe("Qualification");
    const turned = await load(admin);
    const [a, b, ...others] = turned.stages;
    await admin.opportunities.savePipeline({
      ...turned,
      stages: [{ ...a!, name: b!.name }, { ...b!, name: a!.name }, ...others],
    });
    expect((await rep.opportunities.get({ opportunityId })).stageName).toBe("Discovery");
  });

  test("B6.1 B6.2 a criterion that an administrator adds holds at once; a pipeline may forbid to pass stages over", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const { opportunityId } = await createDeal(world);
    const [admin, rep] = [await world.caller("admin"), await world.caller("rep")];
    await meetGates(await world.ctx("rep"), opportunityId);
    const input = await load(admin);
    const [first, ...rest] = input.stages;
    const fields = [...first!.fields, { key: "siteCount", label: "Number of sites", type: "number" as const }];
    const asked = { kind: "stageField" as const, key: "siteCount", label: "Number of sites" };
    const unknown = { ...first!, exitCriteria: [...first!.exitCriteria, asked] };
    await expect(admin.opportunities.savePipeline({ ...input, stages: [unknown, ...rest] })).rejects.toThrow(
      "which no stage has",
    );
    await admin.opportunities.savePipeline({
      ...input,
      allowsSkipping: false,
      stages: [{ ...unknown, fields }, ...rest],
    });
    const move = async (name: string) => {
      const stageId = (await rep.opportunities.stages()).find((stage) => stage.name === name)!.id;
      const { version } = await rep.opportunities.get({ opportunityId });
      return rep.opportunities.moveStage({ opportunityId, version, stageId });
    };
    await expect(move("Discovery")).rejects.toThrow("Number of sites");
    const { version } = await rep.opportunities.get({ opportunityId });
    await rep.opportunities.saveStageData({ opportunityId, version, values: { siteCount: 12 } });
    await expect(move("Solution Design")).rejects.toThrow("Discovery may not be passed over");
    await move("Discovery");
    const wrong = { opportunityId, version: version + 2, values: { discoveryMeetingOn: "tomorrow" } };
    await expect(rep.opportunities.saveStageData(wrong)).rejects.toThrow("Discovery meeting date");
  });
});
