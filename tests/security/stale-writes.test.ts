import { describe, expect } from "vitest";
import { appRouter, type Caller } from "#server/trpc/router.ts";
import { StaleWriteError } from "#server/core/errors.ts";
import { createTestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";
import { createScene, type Scene } from "./support/scene.ts";
import type { Schema } from "./support/sample-input.ts";

type Write = (caller: Caller, own: Scene, version: number, text: string) => Promise<unknown>;

/** For every procedure that takes a version: a change, and the fields of it that a later one is told of. */
interface VersionedWrite {
  write: Write;
  as: "admin" | "rep" | "manager";
  fields: string[];
  /** No change of fields but an act: done twice it is refused. */
  isAct?: true;
}
const WRITES: Record<string, VersionedWrite> = {
  "accounts.update": {
    as: "rep",
    fields: ["name", "city"],
    write: (caller, { account }, version, text) =>
      caller.accounts.update({ accountId: account, version, changes: { name: text, city: text } }),
  },
  "accounts.updateObjective": {
    as: "rep",
    fields: ["title"],
    write: (caller, { account, objective }, version, text) =>
      caller.accounts.updateObjective({
        ...{ accountId: account, objectiveId: objective, version },
        changes: { title: text },
      }),
  },
  "contacts.update": {
    as: "rep",
    fields: ["lastName"],
    write: (caller, { contact }, version, text) =>
      caller.contacts.update({ contactId: contact, version, changes: { firstName: "", lastName: text } }),
  },
  "opportunities.update": {
    as: "rep",
    fields: ["name", "nextStep"],
    write: (caller, { opportunity }, version, text) =>
      caller.opportunities.update({ opportunityId: opportunity, version, changes: { name: text, nextStep: text } }),
  },
  "opportunities.moveStage": {
    as: "rep",
    fields: ["stageId"],
    write: async (caller, { opportunity, stage }, version, text) => {
      const stages = await caller.opportunities.stages();
      const other = stages.find(({ kind, id }) => kind === "open" && id !== stage)!;
      const stageId = text === "first" ? stage : other.id;
      return caller.opportunities.moveStage({ opportunityId: opportunity, version, stageId });
    },
  },
  "opportunities.saveStageData": {
    as: "rep",
    fields: ["stageData"],
    write: (caller, { opportunity }, version, text) =>
      caller.opportunities.saveStageData({ opportunityId: opportunity, version, values: { painSummary: text } }),
  },
  "opportunities.savePipeline": {
    as: "admin",
    fields: ["name"],
    write: async (caller, { pipeline }, version, text) => {
      const pipelines = await caller.opportunities.pipelines();
      const { allowsSkipping, allowsBackward, categoryCriteria, stages } = pipelines.find(({ id }) => id === pipeline)!;
      return caller.opportunities.savePipeline({
        ...{ pipelineId: pipeline, version, name: text, allowsSkipping, allowsBackward },
        categoryCriteria: categoryCriteria as never,
        stages: stages.map(
          ({ id, name, kind, probability, forecastCategory, allowedCategories, idleDays, ...more }) => ({
            ...{ stageId: id, name, kind, probability, forecastCategory, allowedCategories, idleDays },
            ...{ guidance: more.guidance, fields: more.fields, skipWhen: more.skipWhen },
            exitCriteria: more.exitCriteria as never,
            activityTemplates: more.activityTemplates,
          }),
        ),
      });
    },
  },
  "leads.update": {
    as: "rep",
    fields: ["company"],
    write: (caller, { lead }, version, text) =>
      caller.leads.update({ leadId: lead, version, changes: { company: text } }),
  },
  "leads.setStatus": {
    as: "rep",
    fields: ["status"],
    isAct: true,
    write: (caller, { lead }, version, text) =>
      text === "first"
        ? caller.leads.setStatus({ leadId: lead, version, status: "nurture", followUpOn: "2030-01-31" })
        : caller.leads.setStatus({ leadId: lead, version, status: "disqualified", reason: text }),
  },
  "leads.convert": {
    as: "rep",
    fields: ["status"],
    isAct: true,
    write: (caller, { lead }, version, text) =>
      text === "first"
        ? caller.leads.update({ leadId: lead, version, changes: { company: text } })
        : caller.leads.convert({
            ...{ leadId: lead, version, company: text, contact: { lastName: text } },
            opportunity: {
              ...{ name: text, amountCents: 1, closeDate: "2030-01-31" },
              ...{ nextStep: text, nextStepDue: "2030-01-31" },
            },
          }),
  },
  "leads.saveRules": {
    as: "admin",
    fields: ["kind"],
    isAct: true,
    write: (caller, _own, version) =>
      caller.leads.saveRules({
        version,
        set: {
          kind: "status",
          rules: { undoMinutes: 5, rules: [{ outcome: "connected", from: ["new"], to: "working" }] },
        },
      }),
  },
  "leads.updateForm": {
    as: "admin",
    fields: ["name"],
    write: (caller, { web_form }, version, text) =>
      caller.leads.updateForm({ formId: web_form, version, changes: { name: text } }),
  },
  "leads.updateSlaPolicy": {
    as: "admin",
    fields: ["name"],
    write: (caller, { sla_policy }, version, text) =>
      caller.leads.updateSlaPolicy({ slaPolicyId: sla_policy, version, changes: { name: text } }),
  },
  "users.update": {
    as: "admin",
    fields: ["name"],
    write: (caller, { user }, version, text) => caller.users.update({ userId: user, version, changes: { name: text } }),
  },
  "users.updateTeam": {
    as: "admin",
    fields: ["name"],
    write: (caller, { team }, version, text) =>
      caller.users.updateTeam({ teamId: team, version, changes: { name: `Team ${text}` } }),
  },
  "coaching.acknowledge": {
    as: "rep",
    fields: ["state"],
    isAct: true,
    write: (caller, { coaching_item }, version) =>
      caller.coaching.acknowledge({ itemId: coaching_item, version, reply: "agreed" }),
  },
  "coaching.act": {
    as: "manager",
    fields: ["state"],
    isAct: true,
    write: (caller, { coaching_item }, version) =>
      caller.coaching.act({ itemId: coaching_item, version, act: "withdraw" }),
  },
};

const takesVersion = (schema: Schema | undefined): boolean => schema?.def.shape?.version !== undefined;

describe("a write from an old version", () => {
  test("every procedure that takes a version is tried here", () => {
    const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { inputs: Schema[] } }>;
    const versioned = Object.entries(procedures).filter(([, { _def }]) => takesVersion(_def.inputs[0]));
    expect(versioned.map(([name]) => name).sort()).toEqual(Object.keys(WRITES).sort());
  });

  for (const [name, { write, as, fields, isAct }] of Object.entries(WRITES)) {
    test(`${name} changes nothing and tells the values that are there now`, async ({ db }) => {
      const world = await createTestWorkspace(db);
      const own = await createScene(world, { rep: "rep", manager: "manager", viewer: "rep" }, "own");
      const caller = await world.caller(as);
      await write(caller, own, 1, "first");
      const refusal = await write(caller, own, 1, "second").then(
        () => undefined,
        (error: Error & { code: string }) => error,
      );
      expect(refusal).toMatchObject({ code: "CONFLICT" });
      const stale = refusal?.cause as StaleWriteError;
      expect(stale).toBeInstanceOf(StaleWriteError);
      expect(stale.details).toMatchObject({ stale: true, version: 2 });
      expect(Object.keys(stale.details.server as object).sort()).toEqual([...fields].sort());
    });

    test(`${name}: the same change sent again, or from the version that is there, goes through`, async ({ db }) => {
      const world = await createTestWorkspace(db);
      const own = await createScene(world, { rep: "rep", manager: "manager", viewer: "rep" }, "own");
      const caller = await world.caller(as);
      await write(caller, own, 1, "first");
      if (isAct) return;
      await write(caller, own, 1, "first");
      await write(caller, own, 2, "second");
    });
  }
});
