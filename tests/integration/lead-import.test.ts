import { Readable } from "node:stream";
import { describe, expect } from "vitest";
import { runImport, undoImport, uploadFile } from "#server/imports/index.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

async function importLeads(world: TestWorkspace, file: string): Promise<string> {
  const ctx = await world.ctx("director");
  const source = Readable.from([Buffer.from(file)]);
  const { runId } = await uploadFile(ctx, { recordType: "lead", fileName: "fair.csv" }, source);
  const caller = await world.caller("director");
  await caller.imports.check({ runId });
  await runImport(world.job, runId);
  await caller.imports.start({ runId });
  await runImport(world.job, runId);
  return runId;
}

const FILE = [
  "First Name,Last Name,Company,E-mail,Country,Employees,Campaign,Source,Notes",
  "Ada,King,Engines,ada@engines.example,Norway,300,Harbour Fair,,Wants prices",
  "Bo,Berg,Bergs,bo@bergs.example,Sweden,12,Harbour Fair,event,=cmd|' /C calc'!A0",
  "Cy,,NoName,cy@noname.example,,,Harbour Fair,,",
  "Di,Dahl,Dahls,di@dahls.example,,,Harbour Fair,carrier pigeon,<script>alert(1)</script>",
].join("\n");

describe("lists of leads", { timeout: 240_000 }, () => {
  test("B1.10 B1.1 an event list becomes leads with one campaign, one SLA policy and one task each, and can be undone", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    world.setNow("2026-11-23T10:00:00Z");
    const runId = await importLeads(world, FILE);
    const admin = await world.caller("admin");
    const { totals } = await (await world.caller("director")).imports.get({ runId });
    expect(totals).toMatchObject({ created: 3, failed: 1 });
    const { rows } = await admin.leads.list({});
    const leads = await Promise.all(rows.map(({ id }) => admin.leads.get({ leadId: id })));
    expect(new Set(leads.map(({ campaignName }) => campaignName))).toEqual(new Set(["Harbour Fair"]));
    expect(new Set(leads.map(({ slaPolicyName }) => slaPolicyName))).toEqual(new Set(["Event list"]));
    expect(new Set(leads.map(({ ownerId }) => ownerId)).size).toBe(3);
    for (const lead of leads) {
      expect(lead).toMatchObject({ isTainted: true, slaState: "due", status: "new" });
      expect(await admin.tasks.list({ leadId: lead.id })).toHaveLength(1);
    }
    const byName = (name: string) => leads.find(({ lastName }) => lastName === name);
    expect(byName("King")).toMatchObject({ source: "event", country: "Norway", employees: 300, score: 23 });
    expect(byName("Berg")?.description).toBe("=cmd|' /C calc'!A0");
    expect(byName("Dahl")).toMatchObject({ source: "event", description: "<script>alert(1)</script>" });

    // The same list again makes no second lead of anybody.
    await importLeads(world, FILE);
    expect((await admin.leads.list({})).rows).toHaveLength(3);
    expect(await admin.leads.campaigns()).toMatchObject([{ name: "Harbour Fair", leadCount: 3 }]);

    const manager = await world.caller("director");
    await manager.imports.undo({ runId });
    await undoImport(world.job, runId);
    expect((await admin.leads.list({})).rows).toHaveLength(0);
  });
});
