import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { appUser, task } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const MONDAY = "2026-11-23T10:00:00Z";
const STEP = { nextStep: "Call again", nextStepDue: "2026-12-02" };
const person = { firstName: "Ada", lastName: "King", company: "Analytical Engines", source: "web" } as const;

async function makeWorld(db: Parameters<typeof createTestWorkspace>[0]): Promise<TestWorkspace> {
  const world = await createTestWorkspace(db);
  world.setNow(MONDAY);
  return world;
}

/** A lead of the rep's. */
const leadOfRep = async (world: TestWorkspace, more: Record<string, unknown> = {}): Promise<string> => {
  const rep = await world.caller("rep");
  return (await rep.leads.create({ ...person, ...more, ownerId: world.ids.rep })).id;
};

const REPS = ["rep", "peer", "otherRep"] as const;

// The first test of a file waits for the database's start.
describe("intake and assignment", { timeout: 180_000 }, () => {
  test("B1.2 every new lead has an owner by rule, an SLA clock in working hours and one first-touch task", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    const admin = await world.caller("admin");
    const ids = [];
    for (let n = 0; n < 6; n++) ids.push((await admin.leads.create({ ...person, lastName: `King ${n}` })).id);
    const leads = await Promise.all(ids.map((leadId) => admin.leads.get({ leadId })));
    // Round robin: each of the three reps gets two.
    for (const who of REPS) expect(leads.filter(({ ownerId }) => ownerId === world.ids[who])).toHaveLength(2);
    for (const lead of leads) {
      expect(lead.slaDueAt?.toISOString()).toBe("2026-11-23T14:00:00.000Z");
      expect(lead.slaState).toBe("due");
      expect(lead.routing).toMatchObject({ kind: "rule", ruleVersion: 1, ruleName: "Everybody who sells, in turn" });
      const tasks = await admin.tasks.list({ leadId: lead.id });
      expect(tasks).toMatchObject([{ ownerId: lead.ownerId, dueOn: "2026-11-23", source: "lead:first-touch" }]);
    }
  });

  test("B1.2 a rule for a territory comes first, names what did not match, and the decision can be replayed", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    const admin = await world.caller("admin");
    const { assignment } = await admin.leads.rules();
    const rule = (key: string, when: object, who: (typeof REPS)[number]) => ({
      ...{ key, name: key, isActive: true, when, userIds: [world.ids[who]], teamIds: [] },
      method: "least_loaded" as const,
    });
    await admin.leads.saveRules({
      version: assignment.version,
      set: {
        kind: "assignment",
        rules: {
          rules: [
            rule("norway", { countries: ["Norway"], sources: ["event"] }, "peer"),
            rule("large", { minEmployees: 1000 }, "otherRep"),
            ...assignment.rules.rules,
          ],
        },
      },
    });
    const { id } = await admin.leads.create({ ...person, country: "norway", employees: 5000 });
    const lead = await admin.leads.get({ leadId: id });
    expect(lead.ownerId).toBe(world.ids.otherRep);
    expect(lead.routing).toMatchObject({
      ruleKey: "large",
      ruleVersion: 2,
      notMatched: [{ key: "norway", why: "source is web" }],
    });
    // Rules and loads of today differ; the same rules and facts of then give the same owner.
    await admin.leads.saveRules({ version: 2, set: { kind: "assignment", rules: { rules: [] } } });
    const replay = await admin.leads.replayAssignment({ assignmentId: lead.assignments[0]!.id });
    expect(replay).toMatchObject({ isSame: true, replayedOwnerId: world.ids.otherRep, ruleVersion: 2 });
    const pooled = await admin.leads.create({ ...person, lastName: "Pool" });
    expect(await admin.leads.get({ leadId: pooled.id })).toMatchObject({ ownerId: null, routing: { kind: "none" } });
  });

  test("B1.2 two leads at the same moment do not go to the same person", async ({ db }) => {
    const world = await makeWorld(db);
    const admin = await world.caller("admin");
    const made = await Promise.all([1, 2, 3].map((n) => admin.leads.create({ ...person, lastName: `At once ${n}` })));
    const owners = await Promise.all(made.map(async ({ id }) => (await admin.leads.get({ leadId: id })).ownerId));
    expect(new Set(owners).size).toBe(3);
  });

  test("B1.4 newly assigned leads stand by SLA due time, soonest first", async ({ db }) => {
    const world = await makeWorld(db);
    const late = await leadOfRep(world, { lastName: "Late" });
    world.setNow("2026-11-23T09:00:00Z");
    const soon = await leadOfRep(world, { lastName: "Soon" });
    const rep = await world.caller("rep");
    const { rows, count } = await rep.leads.list({ whose: "mine", isUntouched: true, sort: "slaDue" });
    expect(rows.map(({ id }) => id)).toEqual([soon, late]);
    expect(count).toBe(2);
    expect(rows[0]!.slaDueAt?.toISOString()).toBe("2026-11-23T13:00:00.000Z");
  });

  test("B1.5 the list filters by status, owner, source, score, SLA state and follow-up date, and pages by key", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const web = await leadOfRep(world, { lastName: "Web" });
    const event = await leadOfRep(world, {
      ...{ lastName: "Event", source: "event", employees: 900, title: "Head of IT", email: "h@acme.example" },
    });
    const idsOf = async (filter: Parameters<typeof rep.leads.list>[0]) =>
      (await rep.leads.list(filter)).rows.map(({ id }) => id).sort();
    expect(await idsOf({ status: "new" })).toEqual([web, event].sort());
    expect(await idsOf({ source: "event" })).toEqual([event]);
    expect(await idsOf({ minScore: 30 })).toEqual([event]);
    expect(await idsOf({ ownerId: world.ids.peer })).toEqual([]);
    await rep.leads.planFollowUp({ leadIds: [web], followUpOn: "2026-11-25", taskTitle: "Qualification call" });
    expect(await idsOf({ followUp: "planned" })).toEqual([web]);
    world.setNow("2026-11-25T10:00:00Z");
    expect(await idsOf({ followUp: "due" })).toEqual([web]);
    expect(await idsOf({ sla: "breached" })).toEqual([web, event].sort());
    const first = await rep.leads.list({ limit: 1, sort: "score", isDescending: true });
    const second = await rep.leads.list({ limit: 1, sort: "score", isDescending: true, cursor: first.nextCursor });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual([event, web]);
    expect(second.nextCursor).toBeNull();
  });

  test("B1.6 a manager reassigns many leads with a reason; open tasks go along, a rep may not", async ({ db }) => {
    const world = await makeWorld(db);
    const leadIds = [await leadOfRep(world), await leadOfRep(world, { lastName: "Second" })];
    const manager = await world.caller("manager");
    const proposed = await manager.leads.proposeOwners({ leadIds });
    expect(proposed.map(({ userId }) => userId)).toEqual([world.ids.peer, world.ids.rep]);
    expect(proposed.map(({ openLeads }) => openLeads)).toEqual([0, 2]);
    const results = await manager.leads.reassign({ leadIds, ownerId: world.ids.peer, reason: "Speaks Italian" });
    expect(results.every(({ isDone }) => isDone)).toBe(true);
    const lead = await manager.leads.get({ leadId: leadIds[0]! });
    expect(lead.ownerId).toBe(world.ids.peer);
    expect(lead.assignments[0]).toMatchObject({ kind: "person", reason: "Speaks Italian" });
    expect(await manager.tasks.list({ leadId: lead.id })).toMatchObject([{ ownerId: world.ids.peer }]);
    const rep = await world.caller("rep");
    const again = rep.leads.reassign({ leadIds, ownerId: world.ids.rep, reason: "Mine" });
    await expect(again).rejects.toMatchObject({ code: "FORBIDDEN" });
    const outside = manager.leads.reassign({ leadIds, ownerId: world.ids.otherRep, reason: "No" });
    await expect(outside).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("B1.8 the SLA state follows the first human touch in working hours", async ({ db }) => {
    const world = await makeWorld(db);
    world.setNow("2026-11-20T16:00:00Z"); // Friday, one hour before closing
    const [touched, breached] = [await leadOfRep(world), await leadOfRep(world, { lastName: "Waits" })];
    const rep = await world.caller("rep");
    const stateOf = async (leadId: string) => (await rep.leads.get({ leadId })).slaState;
    expect((await rep.leads.get({ leadId: touched })).slaDueAt?.toISOString()).toBe("2026-11-23T12:00:00.000Z");
    world.setNow("2026-11-23T10:30:00Z");
    expect(await stateOf(touched)).toBe("due");
    world.setNow("2026-11-23T11:30:00Z");
    expect(await stateOf(touched)).toBe("at_risk");
    await rep.activities.log({ kind: "note", subject: "Read their site", direction: "internal", leadId: touched });
    expect(await stateOf(touched)).toBe("at_risk");
    await rep.activities.log({ kind: "call", ...STEP, subject: "First call", outcome: "Voicemail", leadId: touched });
    world.setNow("2026-11-23T15:00:00Z");
    expect(await stateOf(touched)).toBe("met");
    expect(await stateOf(breached)).toBe("breached");
    const tasks = await withTransaction(world.job, (ctx) => ctx.db.select().from(task).where(eq(task.leadId, touched)));
    expect(tasks.map(({ doneAt }) => doneAt !== null)).toEqual([true]);
  });
});

describe("qualification", () => {
  test("B3.1 the status follows the outcome of outreach by rule", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world);
    const bare = rep.activities.log({ kind: "call", subject: "Call", outcome: "No Response", leadId });
    await expect(bare).rejects.toMatchObject({ cause: { details: { fields: { nextStep: "missing" } } } });
    await rep.activities.log({ kind: "call", ...STEP, subject: "Call", outcome: "No Response", leadId });
    expect(await rep.leads.get({ leadId })).toMatchObject({ ...STEP, followUpOn: "2026-12-02" });
    expect((await rep.leads.get({ leadId })).status).toBe("working");
    const rules = await (await world.caller("admin")).leads.rules();
    await (
      await world.caller("admin")
    ).leads.saveRules({
      version: rules.status.version,
      set: {
        kind: "status",
        rules: { undoMinutes: 60, rules: [{ outcome: "voicemail", from: ["working"], to: "nurture" }] },
      },
    });
    await rep.activities.log({ kind: "call", ...STEP, subject: "Call", outcome: "voicemail", leadId });
    expect((await rep.leads.get({ leadId })).status).toBe("nurture");
  });

  test("B3.2 B3.3 Qualified is refused until fit, authority, need, timing and notes are there; the refusal names them", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world);
    const qualify = async (notes?: string) => {
      const { version } = await rep.leads.get({ leadId });
      return rep.leads.setStatus({ leadId, version, status: "qualified", ...(notes ? { notes } : {}) });
    };
    await expect(qualify()).rejects.toThrow("needs company fit, authority, need, timing, notes");
    const values = { fit: "Mid-size maker", authority: "Decides herself", need: "Reports take days" };
    for (const [field, value] of Object.entries(values)) {
      const { version } = await rep.leads.get({ leadId });
      await rep.leads.update({ leadId, version, changes: { [field]: value } });
    }
    await expect(qualify("Spoke for an hour")).rejects.toMatchObject({
      cause: { details: { fields: { timing: "timing is missing" }, rule: "lead.qualified" } },
    });
    const { version } = await rep.leads.get({ leadId });
    await rep.leads.update({ leadId, version, changes: { timing: "This quarter" } });
    await qualify("Spoke for an hour");
    expect(await rep.leads.get({ leadId })).toMatchObject({ ...person, timing: "This quarter" });
    expect(await rep.leads.get({ leadId })).toMatchObject({
      status: "qualified",
      qualificationNotes: "Spoke for an hour",
    });
  });

  test("B3.3 Disqualified needs a reason, Nurture a date to come", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world);
    const set = async (more: object, status: "nurture" | "disqualified") => {
      const { version } = await rep.leads.get({ leadId });
      return rep.leads.setStatus({ leadId, version, status, ...more });
    };
    await expect(set({}, "disqualified")).rejects.toThrow("Say why");
    await expect(set({}, "nurture")).rejects.toThrow("when to come back");
    await expect(set({ followUpOn: "2026-11-23" }, "nurture")).rejects.toThrow("future");
    await set({ followUpOn: "2027-01-11" }, "nurture");
    await set({ reason: "Students' project" }, "disqualified");
    expect(await rep.leads.get({ leadId })).toMatchObject({
      status: "disqualified",
      disqualifyReason: "Students' project",
    });
  });
});

describe("score", () => {
  test("B2.1 B2.7 a new lead has a score from 0 to 100, its factors and a sentence", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world, { employees: 500, title: "Head of Sales", email: "ada@acme.example" });
    const { score, scoreBreakdown, scores } = await rep.leads.get({ leadId });
    expect(score).toBe(38);
    expect(scoreBreakdown?.factors.reduce((sum, { points }) => sum + points, 0)).toBe(38);
    expect(scoreBreakdown?.sentence).toContain("200 employees or more (+15)");
    expect(scores).toMatchObject([{ score: 38, previousScore: null, reason: "New lead" }]);
  });

  test("B2.3 B2.4 signals move the score in the same transaction, decay, and count once", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world);
    const rules = await (await world.caller("admin")).leads.rules();
    expect(rules.score.rules.signals.length).toBeGreaterThanOrEqual(10);
    const signal = { leadId, kind: "content_downloaded", externalId: "download-1" };
    expect(await rep.leads.recordSignal(signal)).toEqual({ score: 6 });
    expect(await rep.leads.recordSignal(signal)).toEqual({ score: 6 });
    world.setNow("2026-12-14T10:00:00Z"); // 21 days: its half-life
    expect(await rep.leads.recordSignal({ leadId, kind: "email_opened" })).toEqual({ score: 5 });
    await expect(rep.leads.recordSignal({ leadId, kind: "levitated" })).rejects.toThrow("No rule knows");
  });

  test("B2.5 crossing the threshold takes a lead out of the pool and otherwise keeps its owner", async ({ db }) => {
    const world = await makeWorld(db);
    const admin = await world.caller("admin");
    const { assignment } = await admin.leads.rules();
    const mine = await leadOfRep(world);
    await admin.leads.saveRules({ version: assignment.version, set: { kind: "assignment", rules: { rules: [] } } });
    const { id: pooled } = await admin.leads.create({ ...person, employees: 900, title: "CEO", email: "a@b.example" });
    await admin.leads.saveRules({ version: 2, set: { kind: "assignment", rules: assignment.rules } });
    for (const leadId of [mine, pooled])
      for (const kind of ["demo_requested", "meeting_booked", "pricing_viewed", "email_replied", "event_attended"])
        await admin.leads.recordSignal({ leadId, kind });
    const lead = await admin.leads.get({ leadId: pooled });
    expect(lead.score).toBeGreaterThanOrEqual(70);
    expect(lead.ownerId).not.toBeNull();
    expect(lead.routing).toMatchObject({ kind: "score" });
    expect(lead.routing?.reason).toContain("Score reached 70");
    expect((await admin.leads.get({ leadId: mine })).ownerId).toBe(world.ids.rep);
  });

  test("B2.6 a buying signal makes a lead hot and starts the two-hour clock", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const leadId = await leadOfRep(world);
    await rep.leads.recordSignal({ leadId, kind: "pricing_viewed" });
    expect((await rep.leads.get({ leadId })).hotAt).toBeNull();
    await rep.leads.recordSignal({ leadId, kind: "pricing_viewed" });
    const lead = await rep.leads.get({ leadId });
    expect(lead.hotReason).toBe("Looked at the pricing page twice");
    expect(lead.slaDueAt?.toISOString()).toBe("2026-11-23T12:00:00.000Z");
    expect(lead.slaPolicyName).toBe("Hot lead");
  });
});

describe("who sees which lead", () => {
  test("B1.2 a lead is seen by its owner and those above; one without owner by managers and administrators", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    const leadId = await leadOfRep(world);
    const admin = await world.caller("admin");
    await admin.leads.saveRules({ version: 1, set: { kind: "assignment", rules: { rules: [] } } });
    const { id: pooled } = await admin.leads.create({ ...person, lastName: "Pool" });
    const sees = async (who: keyof TestWorkspace["ids"], id: string): Promise<boolean> =>
      (await world.caller(who)).leads.get({ leadId: id }).then(
        () => true,
        () => false,
      );
    for (const who of ["rep", "manager", "director", "admin"] as const) expect(await sees(who, leadId)).toBe(true);
    for (const who of ["peer", "otherRep", "otherManager"] as const) expect(await sees(who, leadId)).toBe(false);
    for (const who of ["manager", "otherManager", "admin"] as const) expect(await sees(who, pooled)).toBe(true);
    for (const who of ["rep", "otherRep"] as const) expect(await sees(who, pooled)).toBe(false);
  });

  test("B1.2 a rep's lead goes to whom the rules say, also beyond his own team; a disabled person gets none", async ({
    db,
  }) => {
    const world = await makeWorld(db);
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(appUser).set({ status: "disabled" }).where(eq(appUser.id, world.ids.peer)),
    );
    const rep = await world.caller("rep");
    for (let n = 0; n < 4; n++) await rep.leads.create({ ...person, lastName: `King ${n}` });
    const { rows } = await (await world.caller("admin")).leads.list({});
    const owners = rows.map(({ ownerId }) => ownerId);
    expect(owners.filter((id) => id === world.ids.otherRep)).toHaveLength(2);
    expect(owners.filter((id) => id === world.ids.peer)).toHaveLength(0);
    expect((await rep.leads.list({})).rows).toHaveLength(2);
  });
});

describe("contacts", () => {
  test("B4.9 changing one field of a contact leaves the others as they were", async ({ db }) => {
    const world = await makeWorld(db);
    const rep = await world.caller("rep");
    const { id: contactId } = await rep.contacts.create({ firstName: "Ada", lastName: "King" });
    await rep.contacts.update({ contactId, version: 1, changes: { phone: "+47 1" } });
    expect(await rep.contacts.get({ contactId })).toMatchObject({ firstName: "Ada", lastName: "King", phone: "+47 1" });
  });
});
