import { and, eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import * as Y from "yjs";
import { lead, notification, room, roomUpdate } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import type { Caller } from "#server/trpc/router.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const STEP = { nextStep: "Send the brochure", nextStepDue: "2026-11-30" };
const QUALIFICATION = { fit: "Maker of engines", authority: "Owner", need: "Faster reports", timing: "This quarter" };

/** A qualified lead of the rep's with a call and a task on it. */
async function makeQualified(world: TestWorkspace, more: Record<string, unknown> = {}): Promise<string> {
  world.setNow("2026-11-23T10:00:00Z");
  const rep = await world.caller("rep");
  const { id: leadId } = await rep.leads.create({
    ...{ firstName: "Ada", lastName: "King", company: "Analytical Engines Ltd", email: "ada@engines.example" },
    ...{ source: "event", country: "Norway", custom: { "Favourite colour": "Green" }, ownerId: world.ids.rep, ...more },
  });
  await rep.activities.log({
    kind: "call",
    ...STEP,
    subject: "Discovery call",
    outcome: "connected",
    body: "Wants reports",
    leadId,
  });
  await rep.tasks.create({ title: "Send the brochure", leadId, dueOn: "2026-11-24" });
  const { version } = await rep.leads.get({ leadId });
  await rep.leads.update({ leadId, version, changes: { ...QUALIFICATION, qualificationNotes: "Good talk" } });
  await rep.leads.setStatus({ leadId, version: version + 1, status: "qualified" });
  return leadId;
}

type ConvertInput = Parameters<Caller["leads"]["convert"]>[0];
const input = async (caller: Caller, leadId: string, more: Partial<ConvertInput> = {}): Promise<ConvertInput> => ({
  leadId,
  version: (await caller.leads.get({ leadId })).version,
  company: "Analytical Engines Ltd",
  contact: { firstName: "Ada", lastName: "King", email: "ada@engines.example", role: "Decision Maker" },
  opportunity: {
    ...{ name: "Analytical Engines · reports", amountCents: 5_000_000, closeDate: "2027-03-31", probability: 0.15 },
    ...{ nextStep: "Discovery meeting", nextStepDue: "2026-12-01" },
  },
  ...more,
});

// The first test of a file waits for the database's start.
describe("conversion", { timeout: 180_000 }, () => {
  test("B3.5 B3.6 B3.8 account, contact and opportunity are made in one act with the full history; the lead is read-only and linked", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const made = await rep.leads.convert(await input(rep, leadId));
    expect(await rep.accounts.get({ accountId: made.accountId })).toMatchObject({
      ...{ name: "Analytical Engines Ltd", domain: "engines.example", country: "Norway" },
    });
    expect(await rep.opportunities.get({ opportunityId: made.opportunityId })).toMatchObject({
      ...{ amountCents: 5_000_000, closeDate: "2027-03-31", probability: 0.15, stageName: "Qualification" },
      ...{ nextStep: "Discovery meeting", ownerId: world.ids.rep, forecastCategory: "pipeline" },
    });
    for (const record of [
      { type: "account", id: made.accountId },
      { type: "contact", id: made.contactId },
      { type: "opportunity", id: made.opportunityId },
    ] as const) {
      const { entries } = await rep.activities.timeline({ record });
      const call = entries.find((entry) => entry.type === "activity" && entry.subject === "Discovery call");
      expect(call).toMatchObject({
        body: "Wants reports",
        personName: "Rolf Rep",
        at: new Date("2026-11-23T10:00:00Z"),
      });
      const note = entries.find((entry) => entry.type === "activity" && entry.subject === "Converted from a lead");
      expect(note).toMatchObject({ body: expect.stringContaining("Favourite colour: Green") as string });
    }
    expect(await rep.tasks.list({ opportunityId: made.opportunityId })).toMatchObject([{ title: "Send the brochure" }]);
    const after = await rep.leads.get({ leadId });
    expect(after).toMatchObject({ status: "converted", convertedOpportunityId: made.opportunityId });
    expect(after.conversion).toMatchObject({ opportunityName: "Analytical Engines · reports", canUndo: true });
    const change = rep.leads.update({ leadId, version: after.version, changes: { company: "Other" } });
    await expect(change).rejects.toThrow("read-only");
    await expect(rep.activities.log({ kind: "note", subject: "More", leadId })).rejects.toThrow("read-only");
  });

  test("B3.8 two conversions at once make one deal", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const same = await input(rep, leadId, { isNewDespiteDuplicates: true });
    const results = await Promise.allSettled([rep.leads.convert(same), rep.leads.convert(same)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = results.find((result) => result.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "CONFLICT" });
    expect((await rep.opportunities.list({})).rows).toHaveLength(1);
  });

  test("B3.2 only a qualified lead is converted, and value and close date are asked for", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const rep = await world.caller("rep");
    const { id: leadId } = await rep.leads.create({ lastName: "New", source: "web", ownerId: world.ids.rep });
    const early = await input(rep, leadId);
    await expect(rep.leads.convert(early)).rejects.toThrow("Only a qualified lead");
    const free = { ...early, opportunity: { ...early.opportunity, amountCents: 0 } };
    await expect(rep.leads.convert(free)).rejects.toThrow("needs a value");
  });

  test("B3.7 likely duplicates are shown before the write and can be linked instead", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const { id: accountId } = await rep.accounts.create({ name: "Analytical Engines" });
    await rep.accounts.create({ name: "Northwind Traders" });
    const { id: contactId } = await rep.contacts.create({ lastName: "King", email: "ADA@engines.example", accountId });
    const found = await rep.leads.duplicates({ leadId });
    expect(found.accounts.map(({ id }) => id)).toEqual([accountId]);
    expect(found.contacts.map(({ id }) => id)).toEqual([contactId]);
    await expect(rep.leads.convert(await input(rep, leadId))).rejects.toMatchObject({
      cause: { details: { rule: "lead.duplicates", fields: { accountId: expect.anything() as string } } },
    });
    const made = await rep.leads.convert(await input(rep, leadId, { accountId, contactId }));
    expect(made).toMatchObject({ accountId, contactId });
    expect((await rep.accounts.list({})).rows).toHaveLength(2);
  });

  test("B3.9 the room opens with goals, buying group and next steps", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const { opportunityId } = await rep.leads.convert(await input(rep, leadId, { goals: "Reports in an hour" }));
    const updates = await withTransaction(world.job, (ctx) =>
      ctx.db
        .select({ bytes: roomUpdate.bytes })
        .from(roomUpdate)
        .innerJoin(room, and(eq(room.workspaceId, roomUpdate.workspaceId), eq(room.id, roomUpdate.roomId)))
        .where(eq(room.subjectId, opportunityId)),
    );
    const doc = new Y.Doc();
    for (const { bytes } of updates) Y.applyUpdate(doc, bytes);
    const text = [...doc.share.keys()].map((key) => doc.getXmlFragment(key).toString()).join("");
    for (const words of [
      "Goals",
      "Reports in an hour",
      "Buying group",
      "Ada King, Decision Maker",
      "Discovery meeting",
    ])
      expect(text).toContain(words);
  });

  test("B3.10 another owner needs a handover note, gets deal and open tasks; the lead's owner keeps credit and may read it", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const base = await input(rep, leadId);
    const handed = { ...base, opportunity: { ...base.opportunity, ownerId: world.ids.otherRep } };
    await expect(rep.leads.convert(handed)).rejects.toThrow("needs a note");
    const { opportunityId } = await rep.leads.convert({ ...handed, handoverNote: "She likes short mails" });
    const other = await world.caller("otherRep");
    expect(await other.opportunities.get({ opportunityId })).toMatchObject({ ownerId: world.ids.otherRep });
    expect((await other.leads.get({ leadId })).conversion).toMatchObject({
      ...{ sourcedByName: "Rolf Rep", handoverNote: "She likes short mails" },
    });
    expect(await other.tasks.list({ opportunityId })).toMatchObject([{ ownerId: world.ids.otherRep }]);
    expect(await rep.opportunities.get({ opportunityId })).toMatchObject({ id: opportunityId });
    const peer = await world.caller("peer");
    await expect(peer.opportunities.get({ opportunityId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("B3.5 a conversion can be taken back for a while as one act, which restores lead, activities and links", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const made = await rep.leads.convert(await input(rep, leadId));
    await rep.leads.undoConversion({ leadId });
    expect(await rep.leads.get({ leadId })).toMatchObject({ status: "qualified", convertedOpportunityId: null });
    const gone = rep.opportunities.get({ opportunityId: made.opportunityId });
    await expect(gone).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await rep.accounts.list({})).rows).toHaveLength(0);
    expect((await rep.tasks.list({ leadId })).map(({ opportunityId }) => opportunityId)).toEqual([null]);
    const { entries } = await rep.activities.timeline({ record: { type: "opportunity", id: made.opportunityId } });
    expect(entries.filter(({ type }) => type === "activity")).toEqual([]);
    const again = await rep.leads.convert(await input(rep, leadId));
    world.setNow("2026-11-23T11:30:00Z");
    await expect(rep.leads.undoConversion({ leadId })).rejects.toThrow("time to take this conversion back is over");
    expect(again.opportunityId).not.toBe(made.opportunityId);
  });

  test("B3.5 a failure in the middle leaves nothing behind", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const leadId = await makeQualified(world);
    const rep = await world.caller("rep");
    const base = await input(rep, leadId);
    const wrong = { ...base, opportunity: { ...base.opportunity, stageId: world.ids.rep } };
    await expect(rep.leads.convert(wrong)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await rep.accounts.list({})).rows).toHaveLength(0);
    expect((await rep.contacts.list({})).rows).toHaveLength(0);
    const [row] = await withTransaction(world.job, (ctx) => ctx.db.select().from(lead).where(eq(lead.id, leadId)));
    expect(row).toMatchObject({ status: "qualified", convertedAt: null });
    const told = await withTransaction(world.job, (ctx) => ctx.db.select().from(notification));
    expect(told).toEqual([]);
  });
});
