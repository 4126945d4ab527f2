import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { lead, leadSignal } from "#db/schema/index.ts";
import { runConsumer } from "#server/core/consumers.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { breachDueLeads, decayScores, returnNurturedLeads, submitForm } from "#server/leads/index.ts";
import { notifyLeadPeople } from "#workers/consumers/notify-lead-people.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const contextFor = (world: TestWorkspace) => (workspaceId: string) => ({
  ...world.job,
  workspaceId: workspaceId || world.workspaceId,
});

async function makeLead(world: TestWorkspace): Promise<string> {
  world.setNow("2026-11-23T10:00:00Z");
  const admin = await world.caller("admin");
  const { id } = await admin.leads.create({
    lastName: "King",
    company: "Engines",
    source: "web",
    ownerId: world.ids.rep,
  });
  return id;
}

async function titlesOf(world: TestWorkspace, who: keyof TestWorkspace["ids"]): Promise<string[]> {
  await world.settle();
  while (await runConsumer(world.db, notifyLeadPeople, world.job.now));
  const { rows } = await (await world.caller(who)).notifications.list();
  return rows.map(({ title }) => title);
}

describe("clocks and notifications", { timeout: 180_000 }, () => {
  test("B1.8 a breach is told to owner and manager, once, also when the server was down", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeLead(world);
    world.setNow("2026-11-23T13:59:00Z");
    expect(await breachDueLeads(db, contextFor(world))).toBe(0);
    world.setNow("2026-11-30T09:00:00Z");
    const counts = await Promise.all([breachDueLeads(db, contextFor(world)), breachDueLeads(db, contextFor(world))]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await breachDueLeads(db, contextFor(world))).toBe(0);
    for (const who of ["rep", "manager"] as const)
      expect((await titlesOf(world, who)).filter((title) => title === "A lead was not touched in time")).toHaveLength(
        1,
      );
    expect(await titlesOf(world, "otherManager")).toEqual([]);
    expect((await (await world.caller("rep")).leads.get({ leadId })).slaState).toBe("breached");
  });

  test("B1.7 a flagged lead tells its owner why, and a logged contact takes the flag away", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeLead(world);
    const manager = await world.caller("manager");
    await manager.leads.flag({ leadId, reason: "Asked for us by name" });
    expect(await titlesOf(world, "rep")).toContain("Immediate attention: Asked for us by name");
    const rep = await world.caller("rep");
    await expect(rep.leads.flag({ leadId, reason: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await rep.leads.list({ isFlagged: true })).rows).toHaveLength(1);
    const step = { nextStep: "Meet", nextStepDue: "2026-11-25" };
    await rep.activities.log({ kind: "call", subject: "Call", outcome: "connected", leadId, ...step });
    expect((await rep.leads.list({ isFlagged: true })).rows).toHaveLength(0);
  });

  test("B2.6 a hot lead is told to owner and manager", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeLead(world);
    await (await world.caller("admin")).leads.recordSignal({ leadId, kind: "demo_requested" });
    for (const who of ["rep", "manager"] as const)
      expect(await titlesOf(world, who)).toContain("Hot lead: Asked for a demo");
  });

  test("B3.3 a nurture lead returns to the queue on its date with a task", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeLead(world);
    const rep = await world.caller("rep");
    await rep.leads.setStatus({ leadId, version: 1, status: "nurture", followUpOn: "2026-12-01" });
    world.setNow("2026-11-30T23:00:00Z");
    expect(await returnNurturedLeads(db, contextFor(world))).toBe(0);
    world.setNow("2026-12-01T00:30:00Z");
    expect(await returnNurturedLeads(db, contextFor(world))).toBe(1);
    expect(await returnNurturedLeads(db, contextFor(world))).toBe(0);
    expect(await rep.leads.get({ leadId })).toMatchObject({ status: "working", followUpOn: "2026-12-01" });
    const tasks = await rep.tasks.list({ leadId });
    expect(tasks.map(({ title, dueOn }) => [title, dueOn])).toContainEqual([
      "Back from nurture: King, Engines",
      "2026-12-01",
    ]);
    expect((await rep.leads.list({ followUp: "due", whose: "mine" })).rows.map(({ id }) => id)).toEqual([leadId]);
  });

  test("B2.3 scores decay by the clock alone", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeLead(world);
    const admin = await world.caller("admin");
    await admin.leads.recordSignal({ leadId, kind: "event_attended" });
    world.setNow("2026-12-23T10:00:00Z");
    await decayScores(db, contextFor(world));
    const { score, scores } = await admin.leads.get({ leadId });
    expect(score).toBe(5);
    expect(scores[0]).toMatchObject({ previousScore: 10, reason: "Time passed" });
  });
});

describe("web forms", { timeout: 180_000 }, () => {
  const send = (world: TestWorkspace, publicKey: string, fields: Record<string, string>, network = "203.0.113.7") =>
    submitForm(world.db, world.job.now, { publicKey, network, fields });

  test("B1.1 a form sent by a stranger is a lead with source, campaign and time, hostile text kept as text", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    world.setNow("2026-11-23T10:00:00Z");
    const admin = await world.caller("admin");
    const { id: campaignId } = await admin.leads.createCampaign({ name: "Autumn", source: "web" });
    const { publicKey } = await admin.leads.createForm({ name: "Contact us", campaignId });
    const hostile = {
      ...{ name: "<img src=x onerror=alert(1)> Robert'); DROP TABLE lead;--", company: '=HYPERLINK("http://x")' },
      ...{ email: "bobby@tables.example", message: "\u202Egnp.exe\u202C مرحبا", interest: "demo", plan: "@SUM(1+1)" },
    };
    await send(world, publicKey, hostile);
    const { rows } = await admin.leads.list({});
    expect(rows).toHaveLength(1);
    const row = await admin.leads.get({ leadId: rows[0]!.id });
    expect(row).toMatchObject({
      ...{ source: "web", campaignId, isTainted: true, company: hostile.company, description: hostile.message },
      ...{ email: hostile.email, custom: { plan: "@SUM(1+1)" }, hotReason: "Asked for a demo" },
    });
    expect(`${row.firstName} ${row.lastName}`).toBe(hostile.name);
    expect(row.createdAt.toISOString()).toBe("2026-11-23T10:00:00.000Z");
    expect(row.ownerId).not.toBeNull();
  });

  test("B1.1 a machine that fills the hidden field, a long field and an unknown key make no lead", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const admin = await world.caller("admin");
    const { id: formId, publicKey } = await admin.leads.createForm({ name: "Contact us" });
    await send(world, publicKey, { name: "Bot", fax_number: "1" });
    await expect(send(world, publicKey, { name: "x".repeat(1_000_000) })).rejects.toThrow("not valid");
    await expect(send(world, publicKey, { company: "Nobody" })).rejects.toThrow("not valid");
    await expect(send(world, "no-such-form", { name: "A B" })).rejects.toThrow("not found");
    await admin.leads.updateForm({ formId, version: 1, changes: { isActive: false } });
    await expect(send(world, publicKey, { name: "A B" })).rejects.toThrow("not found");
    expect((await admin.leads.list({})).rows).toHaveLength(0);
  });

  test("B1.1 one network cannot flood a form, and others still may send", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const admin = await world.caller("admin");
    const { publicKey } = await admin.leads.createForm({ name: "Contact us" });
    const results = [];
    for (let n = 0; n < 22; n++)
      results.push(
        await send(world, publicKey, { name: `Person ${n}` }).then(
          () => "ok",
          (error: Error) => error.message,
        ),
      );
    expect(results.filter((result) => result === "ok")).toHaveLength(20);
    expect(results[21]).toContain("too often");
    await send(world, publicKey, { name: "Somebody else" }, "198.51.100.1");
    expect((await admin.leads.list({})).rows).toHaveLength(21);
  });

  test("B2.4 the same person again is a signal on the open lead, not a twin", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const admin = await world.caller("admin");
    const { publicKey } = await admin.leads.createForm({ name: "Contact us" });
    await send(world, publicKey, { name: "Ada King", email: "ada@engines.example" });
    await send(world, publicKey, { name: "Ada King", email: "ADA@engines.example", interest: "pricing" });
    const { rows } = await admin.leads.list({});
    expect(rows).toHaveLength(1);
    const signals = await withTransaction(world.job, (ctx) =>
      ctx.db.select({ kind: leadSignal.kind }).from(leadSignal).where(eq(leadSignal.leadId, rows[0]!.id)),
    );
    expect(signals.map(({ kind }) => kind).sort()).toEqual(["form_submitted", "form_submitted", "price_asked"]);
    const stored = await withTransaction(world.job, (ctx) =>
      ctx.db.select({ id: lead.id }).from(lead).where(eq(lead.workspaceId, world.workspaceId)),
    );
    expect(stored).toHaveLength(1);
  });
});
