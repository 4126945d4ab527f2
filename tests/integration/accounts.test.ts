import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { opportunity } from "#db/schema/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createTestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const NOW = "2026-11-23T10:00:00Z";
const daysAgo = (days: number): string => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

async function setUp(db: Parameters<typeof createTestWorkspace>[0]) {
  const world = await createTestWorkspace(db);
  world.setNow(NOW);
  return { world, rep: await world.caller("rep") };
}

describe("accounts, their people and their plan", () => {
  test("B4.2 the hierarchy sums open pipeline and won revenue up to the top; a circle is refused", async ({ db }) => {
    const { world, rep } = await setUp(db);
    const top = await rep.accounts.create({ name: "Holding" });
    const middle = await rep.accounts.create({ name: "Region", parentAccountId: top.id });
    const leaf = await rep.accounts.create({ name: "Plant", parentAccountId: middle.id });
    const deal = (accountId: string, amountCents: number) =>
      rep.opportunities.create({
        ...{ name: `Deal of ${amountCents}`, accountId, amountCents, closeDate: "2027-01-31" },
        ...{ nextStep: "Call", nextStepDue: "2026-12-01" },
      });
    await deal(leaf.id, 100_00);
    await deal(middle.id, 20_00);
    const won = await deal(leaf.id, 3_00);
    await withTransaction(world.job, (ctx) =>
      ctx.db.update(opportunity).set({ stageKind: "won" }).where(eq(opportunity.id, won.id)),
    );
    const { nodes, isCut } = await rep.accounts.hierarchy({ accountId: middle.id });
    expect(isCut).toBe(false);
    expect(nodes.map(({ name, rolledOpenCents, rolledWonCents }) => [name, rolledOpenCents, rolledWonCents])).toEqual([
      ["Holding", 120_00, 3_00],
      ["Region", 120_00, 3_00],
      ["Plant", 100_00, 3_00],
    ]);
    await expect(
      rep.accounts.update({ accountId: top.id, version: 1, changes: { parentAccountId: leaf.id } }),
    ).rejects.toThrow("An account cannot stand above itself");
    // What a colleague of another team may not open is no part of the family for him.
    const stranger = await world.caller("otherRep");
    await expect(stranger.accounts.hierarchy({ accountId: top.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("B4.3 likely duplicates are named before the write, by domain and by name without its legal form; the history tells who changed what", async ({
    db,
  }) => {
    const { world, rep } = await setUp(db);
    const { id } = await rep.accounts.create({ name: "Müller Maschinenbau GmbH", domain: "mueller.example" });
    const names = async (input: { name: string; domain?: string }) =>
      (await rep.accounts.duplicates(input)).map(({ name, reason }) => [name, reason]);
    expect(await names({ name: "Muller Maschinenbau" })).toEqual([["Müller Maschinenbau GmbH", "name"]]);
    expect(await names({ name: "MM Group", domain: "https://www.mueller.example/about" })).toEqual([
      ["Müller Maschinenbau GmbH", "domain"],
    ]);
    expect(await names({ name: "Meyer Bakery GmbH" })).toEqual([]);
    expect(await (await world.caller("otherRep")).accounts.duplicates({ name: "Müller Maschinenbau" })).toEqual([]);

    await rep.accounts.update({ accountId: id, version: 1, changes: { industry: "Machines" } });
    await world.settle();
    const { entries } = await rep.accounts.history({ accountId: id });
    expect(entries.map(({ type, actorName }) => [type, actorName])).toEqual([
      ["account.updated", "Rolf Rep"],
      ["account.created", "Rolf Rep"],
    ]);
    expect(entries[0]!.changes).toEqual({ industry: [null, "Machines"] });
  });

  test("B4.5 a member of the account's team may open it at once, to read or to write as he was told, and no longer when he leaves", async ({
    db,
  }) => {
    const { world, rep } = await setUp(db);
    const { id: accountId } = await rep.accounts.create({ name: "Acme" });
    const colleague = await world.caller("otherRep");
    const userId = world.ids.otherRep;
    const open = () => colleague.accounts.get({ accountId });
    await expect(open()).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Nobody lets himself in.
    await expect(
      colleague.accounts.setTeamMember({ accountId, memberId: userId, role: "Pre-sales", access: "write" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });

    await rep.accounts.setTeamMember({ accountId, memberId: userId, role: "Pre-sales", access: "read" });
    expect((await open()).team).toEqual([{ userId, name: "Olga Otherrep", role: "Pre-sales", access: "read" }]);
    const rename = (version: number) =>
      colleague.accounts.update({ accountId, version, changes: { industry: "Steel" } });
    await expect(rename(1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await rep.accounts.setTeamMember({ accountId, memberId: userId, role: "Pre-sales", access: "write" });
    await rename(1);
    await expect(
      rep.accounts.setTeamMember({ accountId, memberId: world.ids.rep, role: "Owner", access: "write" }),
    ).rejects.toThrow("The owner leads this team already");

    await rep.accounts.removeTeamMember({ accountId, memberId: userId });
    await expect(open()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(rep.accounts.removeTeamMember({ accountId, memberId: userId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("B4.7 accounts are filtered by tier and open value and show health, engagement, last activity and open pipeline", async ({
    db,
  }) => {
    const { rep } = await setUp(db);
    const big = await rep.accounts.create({ name: "Big", tier: "strategic" });
    const small = await rep.accounts.create({ name: "Small", tier: "standard" });
    for (const [accountId, amountCents] of [
      [big.id, 90_000_00],
      [small.id, 1_000_00],
    ] as const)
      await rep.opportunities.create({
        ...{ name: "Deal", accountId, amountCents, closeDate: "2027-01-31" },
        ...{ nextStep: "Call", nextStepDue: "2026-12-01" },
      });
    const { id: contactId } = await rep.contacts.create({ lastName: "Lee", accountId: big.id });
    for (const days of [2, 9])
      await rep.activities.log({
        ...{ kind: "note", subject: "Talked", occurredAt: daysAgo(days), accountId: big.id, contactId },
      });
    const list = async (input: Parameters<typeof rep.accounts.list>[0]) => (await rep.accounts.list(input)).rows;
    expect((await list({ tier: "strategic" })).map(({ name }) => name)).toEqual(["Big"]);
    expect((await list({ minOpenCents: 50_000_00 })).map(({ name }) => name)).toEqual(["Big"]);
    expect(await list({})).toMatchObject([
      { name: "Big", engagement: "rising", openAmountCents: 90_000_00, openCount: 1 },
      { name: "Small", engagement: "none", lastActivityAt: null, openAmountCents: 1_000_00 },
    ]);
    const { health } = await rep.accounts.get({ accountId: big.id });
    expect(health.lastActivityAt?.toISOString()).toBe(new Date(daysAgo(2)).toISOString());
    expect(health.factors.reduce((sum, { points }) => sum + points, 0)).toBe(health.score);
    const [bigRow, smallRow] = await list({});
    expect(bigRow!.health).toBeGreaterThan(smallRow!.health);
  });

  test("B4.4 B4.9 a contact carries its buying role on the deal and may hold roles at several accounts, whose readers may open it", async ({
    db,
  }) => {
    const { world, rep } = await setUp(db);
    const other = await world.caller("otherRep");
    const theirs = await other.accounts.create({ name: "Theirs" });
    const ours = await rep.accounts.create({ name: "Ours" });
    const { id: contactId } = await rep.contacts.create({ lastName: "Wong", firstName: "Lee", accountId: ours.id });
    const deal = await rep.opportunities.create({
      ...{ name: "Deal", accountId: ours.id, amountCents: 1_00, closeDate: "2027-01-31" },
      ...{ nextStep: "Call", nextStepDue: "2026-12-01" },
    });
    await rep.opportunities.setContactRole({ opportunityId: deal.id, contactId, role: "Economic Sponsor" });
    expect((await rep.opportunities.panel({ opportunityId: deal.id })).buyingGroup).toMatchObject([
      { name: "Lee Wong", role: "Economic Sponsor" },
    ]);

    await expect(other.contacts.get({ contactId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      rep.contacts.setAccountRole({ contactId, accountId: theirs.id, role: "Board member" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    const manager = await world.caller("admin");
    await manager.contacts.setAccountRole({ contactId, accountId: theirs.id, role: "Board member" });
    expect((await other.contacts.get({ contactId })).accountRoles).toEqual([
      { accountId: theirs.id, accountName: "Theirs", role: "Board member" },
    ]);
    expect((await other.contacts.list({ accountId: theirs.id })).rows.map(({ lastName }) => lastName)).toEqual([
      "Wong",
    ]);
    // A change of one field leaves the others.
    await rep.contacts.update({ contactId, version: 1, changes: { influence: "high" } });
    expect(await rep.contacts.get({ contactId })).toMatchObject({ firstName: "Lee", lastName: "Wong" });
    await manager.contacts.removeAccountRole({ contactId, accountId: theirs.id });
    await expect(other.contacts.get({ contactId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("B4.10 the map shows reporting lines, roles, influence and last contact, and names what is missing", async ({
    db,
  }) => {
    const { rep } = await setUp(db);
    const { id: accountId } = await rep.accounts.create({ name: "Acme" });
    const gaps = async () => (await rep.accounts.map({ accountId })).gaps.map(({ rule }) => rule);
    expect(await gaps()).toEqual(["nobody"]);
    const boss = await rep.contacts.create({ lastName: "Boss", accountId, influence: "high" });
    const buyer = await rep.contacts.create({
      lastName: "Buyer",
      accountId,
      reportsToId: boss.id,
      attitude: "champion",
    });
    const log = (contactId: string, days: number) =>
      rep.activities.log({ kind: "note", subject: "Talked", occurredAt: daysAgo(days), accountId, contactId });
    await log(buyer.id, 40);
    expect(await gaps()).toEqual(["no_decision_maker", "one_contact_only", "silent_champion"]);
    await expect(
      rep.contacts.update({ contactId: boss.id, version: 1, changes: { reportsToId: buyer.id } }),
    ).rejects.toThrow("Nobody reports to himself");

    await rep.contacts.setAccountRole({ contactId: boss.id, accountId, role: "Decision Maker" });
    await log(boss.id, 3);
    await log(buyer.id, 1);
    const { people, gaps: left } = await rep.accounts.map({ accountId });
    expect(left).toEqual([]);
    expect(people).toMatchObject([
      { name: "Boss", roles: ["Decision Maker"], influence: "high", touches: 1 },
      { name: "Buyer", reportsToId: boss.id, attitude: "champion", touches: 2, lastContactAt: daysAgo(1) },
    ]);
  });

  test("B4.8 B4.11 an account carries its strategy, and a plan whose review date has passed is flagged and listed", async ({
    db,
  }) => {
    const { world, rep } = await setUp(db);
    const strategy = { tier: "key", goals: "Second plant", whitespace: "Service", competitors: "Initech" } as const;
    const { id: accountId } = await rep.accounts.create({ name: "Acme", ...strategy, planReviewOn: "2026-11-24" });
    const { id: objectiveId } = await rep.accounts.addObjective({ accountId, title: "Win the service contract" });
    const change = (version: number, isDone: boolean) =>
      rep.accounts.updateObjective({ accountId, objectiveId, version, changes: { isDone } });
    await change(1, true);
    await expect(change(1, false)).rejects.toMatchObject({ code: "CONFLICT" });
    const account = await rep.accounts.get({ accountId });
    expect(account).toMatchObject({ ...strategy, isPlanOverdue: false });
    expect(account.objectives).toMatchObject([{ title: "Win the service contract", version: 2 }]);
    expect(account.objectives[0]!.doneAt).not.toBeNull();

    world.setNow("2026-11-25T08:00:00Z");
    expect((await rep.accounts.get({ accountId })).isPlanOverdue).toBe(true);
    expect((await rep.accounts.list({ hasOverduePlan: true })).rows.map(({ id }) => id)).toEqual([accountId]);
    await rep.accounts.removeObjective({ accountId, objectiveId });
    expect((await rep.accounts.get({ accountId })).objectives).toEqual([]);
  });
});
