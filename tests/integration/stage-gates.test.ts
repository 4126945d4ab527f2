import { describe, expect } from "vitest";
import { TRPCError } from "@trpc/server";
import type { StageData } from "#db/schema/index.ts";
import { DomainError } from "#server/core/errors.ts";
import type { Caller } from "#server/trpc/router.ts";
import { createDeal, createTestWorkspace, forgetNextStep, NEXT_STEP, type TestWorkspace } from "../factories.ts";
import { EVERY_FIELD, meetGates } from "../setup/meet-gates.ts";
import { test } from "../setup/test-database.ts";

interface Refusal {
  rule: string;
  fields: Record<string, string>;
  missing?: { key: string; label: string; field: string | null; who: string }[];
}

/** The refusal's details; fails when the call goes through. */
async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(TRPCError);
  const { cause } = error as TRPCError;
  expect(cause).toBeInstanceOf(DomainError);
  return (cause as DomainError).details as unknown as Refusal;
}

const missingOf = async (call: Promise<unknown>): Promise<string[]> =>
  ((await refusalOf(call)).missing ?? []).map(({ label }) => label);

/** A deal of the rep's, moved and filled in by the names of stages and fields. */
async function startDeal(world: TestWorkspace) {
  const { opportunityId } = await createDeal(world);
  const [rep, manager] = [await world.caller("rep"), await world.caller("manager")];
  const stages = await rep.opportunities.stages();
  const get = () => rep.opportunities.get({ opportunityId });
  const move = async (name: string, more: { reason?: string } = {}, as: Caller = rep) => {
    const stageId = stages.find((stage) => stage.name === name)!.id;
    return as.opportunities.moveStage({ opportunityId, version: (await get()).version, stageId, ...more });
  };
  const fill = async (values: Record<string, string | number | null>, as: Caller = rep) =>
    as.opportunities.saveStageData({ opportunityId, version: (await get()).version, values });
  /** As far as the named stage, by way of the review that the deal needs. */
  const advance = async (name: string) => {
    if (["Negotiation", "Commit"].includes(name)) await move("Security/Legal Review");
    return move(name);
  };
  /** With every gate met but for the named fields. */
  const meetAllBut = async (...keys: (keyof StageData & string)[]) => {
    await meetGates(await world.ctx("rep"), opportunityId);
    await fill(Object.fromEntries(keys.map((key) => [key, null])), manager);
  };
  return { opportunityId, rep, manager, stages, get, move, advance, fill, meetAllBut };
}

describe("leaving a stage", () => {
  test("B6.2 B6.4 Qualification is left only with its five criteria; the refusal names each, with field and person, and is kept", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await forgetNextStep(world, deal.opportunityId);
    const refusal = await refusalOf(deal.move("Discovery"));
    expect(refusal.rule).toBe("stage_gate");
    expect(refusal.missing!.map(({ label }) => label)).toEqual([
      "Pain summary",
      "Decision maker named",
      "Next step with a date",
      "Qualification note logged",
      "Discovery meeting date",
    ]);
    expect(refusal.missing!.map(({ field }) => field)).toEqual([
      "painSummary",
      "buyingGroup",
      "nextStep",
      "activity:note",
      "discoveryMeetingOn",
    ]);
    expect(refusal.missing!.every(({ who }) => who.length > 0)).toBe(true);
    expect((await deal.get()).stageName).toBe("Qualification");
    await world.settle();
    const [history] = (await deal.rep.opportunities.panel({ opportunityId: deal.opportunityId })).history;
    expect(history!.toName).toBe("Qualification");

    await meetGates(await world.ctx("rep"), deal.opportunityId);
    await deal.move("Discovery");
    expect((await deal.get()).stageName).toBe("Discovery");
  });

  const GATES: [string, string, string[], string[]][] = [
    [
      "B6.5",
      "Discovery",
      ["requirements", "buyingProcess", "successCriteria", "risks"],
      ["Requirements", "Buying process steps", "Success criteria", "Risks"],
    ],
    [
      "B6.6",
      "Solution Design",
      ["solutionScope", "scopeDocument", "technicalRisks"],
      ["Solution scope", "Scope document (link)", "Technical risk notes"],
    ],
    [
      "B6.7",
      "Demo/Validation",
      ["demoOutcome", "demoFeedback", "championConfirmed"],
      ["Outcome", "Feedback notes", "Champion confirmed"],
    ],
    [
      "B6.8",
      "Proposal",
      ["proposalOn", "quotedPrice", "discountRequest", "needsLegalReview"],
      ["Proposal date", "Pricing", "Discount request settled", "Security or legal review needed: answered"],
    ],
    [
      "B6.9",
      "Security/Legal Review",
      ["securityQuestionnaire", "securityStatus", "redlines"],
      ["Security questionnaire (link to the file)", "Security review complete", "Legal redlines summary"],
    ],
    [
      "B6.10",
      "Negotiation",
      ["objectionNotes", "updatedPrice", "newProbability"],
      ["Objection notes", "Updated price", "New probability (%)"],
    ],
    [
      "B6.11",
      "Commit",
      ["buyerCommitment", "quoteApproval", "signatureOn", "kickoffOn"],
      ["Buyer commitment verified", "Quote approved", "Expected signature date", "Tentative delivery kickoff date"],
    ],
  ];
  test.for(GATES)("%s %s is left only with what it is for", async ([, name, keys, labels], { db }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut();
    await deal.advance(name);
    const emptied = Object.fromEntries(keys.map((key) => [key, null]));
    await deal.fill(emptied, deal.manager);
    const next = deal.stages[deal.stages.findIndex((stage) => stage.name === name) + 1]!;
    expect(await missingOf(deal.move(next.name))).toEqual(labels);
    await deal.fill(Object.fromEntries(keys.map((key) => [key, EVERY_FIELD[key]!])), deal.manager);
    await deal.move(next.name);
    expect((await deal.get()).stageName).toBe(next.name);
  });

  test("B6.6 without a pre-sales owner on the team Solution Design is not left, and being on the team opens the deal", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    const { opportunityId } = deal;
    await deal.meetAllBut();
    await deal.move("Solution Design");
    await deal.rep.opportunities.removeTeamMember({ opportunityId, userId: world.ids.rep });
    expect(await missingOf(deal.move("Demo/Validation"))).toEqual(["Pre-sales owner on the team"]);
    const peer = await world.caller("peer");
    await expect(peer.opportunities.get({ opportunityId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await deal.rep.opportunities.setTeamMember({ opportunityId, userId: world.ids.peer, role: "Pre-sales" });
    expect((await peer.opportunities.get({ opportunityId })).id).toBe(opportunityId);
    await deal.move("Demo/Validation");
  });

  test("B6.9 the review is passed over only when the flag says that none is needed", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut("securityQuestionnaire", "legalStatus");
    await deal.move("Proposal");
    const refusal = await missingOf(deal.move("Negotiation"));
    expect(refusal[0]).toBe("Security/Legal Review may be passed over only when it is not needed");
    await deal.fill({ needsLegalReview: "no" });
    await deal.move("Negotiation");
    expect((await deal.get()).stageName).toBe("Negotiation");
  });

  test("B6.10 a price change over the threshold waits for a manager's approval, which a rep cannot give", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut();
    await deal.advance("Negotiation");
    await deal.fill({ updatedPrice: 5_000_000 });
    expect(await missingOf(deal.move("Commit"))).toEqual(["Price change within 10 %, or approved"]);
    await expect(deal.fill({ priceApproval: "approved" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await deal.fill({ priceApproval: "requested" });
    expect(await missingOf(deal.move("Commit"))).toHaveLength(1);
    await deal.fill({ priceApproval: "approved" }, deal.manager);
    await deal.move("Commit");
  });

  test("B6.11 the category Commit needs the same proof as the stage, and a category the stage does not have a reason", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut("buyerCommitment", "kickoffOn");
    const category = async (forecastCategory: "commit" | "best_case", note?: string) => {
      const { id: opportunityId, version } = await deal.get();
      const changes = { forecastCategory };
      return deal.rep.opportunities.update({ opportunityId, version, changes, ...(note ? { note } : {}) });
    };
    const unusual = await refusalOf(category("commit"));
    expect(unusual).toMatchObject({ rule: "category_override", fields: { note: "This is needed" } });
    expect(await missingOf(category("commit", "The board has promised"))).toEqual([
      "Buyer commitment verified",
      "Tentative delivery kickoff date",
    ]);
    await deal.fill({ buyerCommitment: "yes", kickoffOn: "2027-02-15" });
    await category("commit", "The board has promised");
    expect(await deal.get()).toMatchObject({ forecastCategory: "commit", categoryReason: "The board has promised" });
  });

  test("B5.3 a stage change sets the stage's category, or an allowed one, or another with a reason", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut();
    await deal.move("Demo/Validation");
    expect((await deal.get()).forecastCategory).toBe("best_case");
    const to = deal.stages.find(({ name }) => name === "Proposal")!.id;
    const move = async (forecastCategory: "pipeline" | "omitted", reason?: string) => {
      const { id: opportunityId, version } = await deal.get();
      const input = { opportunityId, version, stageId: to, forecastCategory, ...(reason ? { reason } : {}) };
      return deal.rep.opportunities.moveStage(input);
    };
    expect((await refusalOf(move("omitted"))).rule).toBe("category_override");
    await move("omitted", "Their fiscal year is closed");
    expect(await deal.get()).toMatchObject({
      forecastCategory: "omitted",
      categoryReason: "Their fiscal year is closed",
    });
  });
});

describe("no way around a gate", () => {
  test("B6.2 stages passed over are asked too, and a pipeline may forbid to pass any", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut("requirements", "demoOutcome");
    expect(await missingOf(deal.move("Proposal"))).toEqual(["Requirements", "Outcome"]);
    expect(await missingOf(deal.move("Closed Won"))).toEqual([
      "Security/Legal Review may be passed over only when it is not needed",
      "Requirements",
      "Outcome",
    ]);
  });

  test("B6.2 a deal is not born beyond a gate", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const rep = await world.caller("rep");
    const stages = await rep.opportunities.stages();
    const stageId = stages.find(({ name }) => name === "Commit")!.id;
    const deal = { name: "Straight to Commit", amountCents: 100, closeDate: "2027-01-31", stageId, ...NEXT_STEP };
    expect((await missingOf(rep.opportunities.create(deal))).length).toBeGreaterThan(10);
    expect((await rep.opportunities.list({ query: "Straight" })).rows).toEqual([]);
  });

  test("B6.2 going back and losing need no criteria; losing and opening again need a reason", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    await deal.meetAllBut();
    await deal.move("Proposal");
    await deal.move("Discovery");
    expect((await refusalOf(deal.move("Closed Lost"))).rule).toBe("loss_reason");
    await deal.move("Closed Lost", { reason: "Price" });
    expect(await deal.get()).toMatchObject({ stageKind: "lost", lossReason: "Price", forecastCategory: "omitted" });
    expect((await refusalOf(deal.move("Discovery"))).rule).toBe("reopen_reason");
    await deal.move("Discovery", { reason: "New budget" });
    const { history } = await deal.rep.opportunities.panel({ opportunityId: deal.opportunityId });
    expect(history.slice(0, 2).map(({ fromName, toName, reason }) => [fromName, toName, reason])).toEqual([
      ["Closed Lost", "Discovery", "New budget"],
      ["Discovery", "Closed Lost", "Price"],
    ]);
  });

  test("B6 a manager's waiver lets one criterion pass until its time is over, and the move names it", async ({
    db,
  }) => {
    const world = await createTestWorkspace(db);
    const deal = await startDeal(world);
    const { opportunityId } = deal;
    await deal.meetAllBut("painSummary", "requirements");
    const { criteria } = await deal.rep.opportunities.panel({ opportunityId });
    const { key } = criteria.find(({ label }) => label === "Pain summary")!;
    const waiver = { opportunityId, criterionKey: key, reason: "They sign today", days: 2 };
    await expect(deal.rep.opportunities.waiveCriterion(waiver)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await deal.manager.opportunities.waiveCriterion(waiver);
    await deal.move("Discovery");
    const { history, waivers } = await deal.rep.opportunities.panel({ opportunityId });
    expect(history[0]!.waived).toEqual(["Pain summary"]);
    expect(waivers[0]).toMatchObject({
      label: "Pain summary",
      reason: "They sign today",
      grantedByName: "Mona Manager",
    });

    await deal.move("Qualification");
    world.setNow(new Date(Date.now() + 3 * 86_400_000).toISOString());
    await (await world.caller("rep")).activities.log({ kind: "note", subject: "Again", opportunityId });
    expect(await missingOf(deal.move("Discovery", {}, await world.caller("rep")))).toEqual(["Pain summary"]);
  });

  test("B5.1 a deal needs value and close date from its first day", async ({ db }) => {
    const world = await createTestWorkspace(db);
    const rep = await world.caller("rep");
    await expect(rep.opportunities.create({ name: "No value" } as never)).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    const { id } = await rep.opportunities.create({
      ...{ name: "Whole", amountCents: 0, closeDate: "2027-01-31" },
      ...NEXT_STEP,
    });
    expect(await rep.opportunities.get({ opportunityId: id })).toMatchObject({
      ...{ stageName: "Qualification", probability: expect.closeTo(0.1) as number, forecastCategory: "pipeline" },
    });
  });
});
