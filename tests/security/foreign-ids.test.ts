import { randomUUID } from "node:crypto";
import { sql, type SQL } from "drizzle-orm";
import { TRPCError } from "@trpc/server";
import { describe, expect } from "vitest";
import type { Database } from "#db/client.ts";
import { DomainError } from "#server/core/errors.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { createAuth } from "#server/auth/sign-in.ts";
import { createCaller, appRouter } from "#server/trpc/router.ts";
import { createTestWorkspace, type TestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";
import { listIdPlaces, sampleInput, type IdPlace, type Schema } from "./support/sample-input.ts";
import { createScene, type Kind, type Scene } from "./support/scene.ts";

type Who = keyof TestWorkspace["ids"];

/** What the ids of an input name, by the field's name. A new name must be added here, or the test fails. */
const KINDS: Record<string, Kind | "chosen-by-client"> = {
  accountId: "account",
  parentAccountId: "parent_account",
  memberId: "member",
  objectiveId: "objective",
  contactId: "contact",
  reportsToId: "superior",
  opportunityId: "opportunity",
  leadId: "lead",
  leadIds: "lead",
  assignmentId: "lead_assignment",
  campaignId: "campaign",
  campaignIds: "campaign",
  slaPolicyId: "sla_policy",
  formId: "web_form",
  roomId: "room",
  itemId: "coaching_item",
  itemIds: "coaching_item",
  commentId: "comment",
  taskId: "task",
  runId: "import_run",
  notificationIds: "notification",
  suggestionId: "suggestion",
  answerId: "answer",
  userId: "user",
  userIds: "user",
  ownerId: "user",
  repId: "user",
  personId: "user",
  toUserId: "user",
  activityId: "activity",
  managerId: "user",
  defaultOwnerId: "user",
  teamId: "team",
  teamIds: "team",
  parentTeamId: "parent_team",
  stageId: "stage",
  stageMap: "stage",
  productId: "product",
  competitorId: "competitor",
  pipelineId: "pipeline",
  viewId: "view",
};

/** What cannot be derived from a schema: rules between fields, and words that mean something. */
const EXAMPLES: Record<string, (own: Scene) => Record<string, unknown>> = {
  "activities.log": ({ opportunity }) => ({ opportunityId: opportunity, kind: "note" }),
  "opportunities.create": () => ({ nextStep: "Call", nextStepDue: "2030-01-31" }),
  "priorities.judge": () => ({ reason: "No budget" }),
  "priorities.publishRules": () => ({ factors: [{ rule: "silence", points: 30 }] }),
  "tasks.ask": ({ user }) => ({ toUserId: user }),
  "tasks.reschedule": () => ({ dueOn: "2030-01-31" }),
  "coaching.request": ({ opportunity, user }) => ({ opportunityId: opportunity, repId: user }),
  "leads.recordSignal": () => ({ kind: "site_visited" }),
  "leads.convert": ({ lead }) => ({
    leadId: lead,
    version: 1,
    accountId: null,
    contactId: null,
    handoverNote: "A note",
    isNewDespiteDuplicates: true,
  }),
  "leads.undoConversion": ({ converted }) => ({ leadId: converted }),
  "leads.saveRules": () => ({ version: 1 }),
  "coaching.act": () => ({ act: "withdraw" }),
  "opportunities.bulkUpdate": ({ stage }) => ({ changes: { stageId: stage } }),
  "opportunities.savePipeline": () => ({ categoryCriteria: {} }),
  "opportunities.saveStageData": () => ({ values: { painSummary: "It hurts" } }),
  "opportunities.waiveCriterion": () => ({ criterionKey: "field:nextStep" }),
  "users.create": () => ({ password: "violet kettle orbit" }),
  "users.setPassword": () => ({ password: "violet kettle orbit" }),
  "users.createTeam": () => ({ name: `A team ${randomUUID()}` }),
};

/** Refusals that show that the procedure was reached: these people have no password, and a sample is no whole pipeline. */
const REACHED_WHEN_TOLD: Record<string, string> = {
  "auth.changePassword": "The current password is wrong",
  "opportunities.savePipeline": "A pipeline needs a stage of the kind",
};

/** Answers that tell the workspace's own pipeline whatever they are asked of; that they tell no more of the id is still compared. */
const TELLS_ANYHOW: readonly string[] = ["opportunities.board"];

/** Everybody of a workspace may read these. */
const OPEN_TO_COLLEAGUES: readonly string[] = [
  "user",
  "member",
  "team",
  "parent_team",
  "stage",
  "pipeline",
  "product",
  "campaign",
  "sla_policy",
  "web_form",
];

interface Procedure {
  name: string;
  type: "query" | "mutation" | "subscription";
  permission: string;
  schema: Schema | undefined;
}

const PROCEDURES: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: Procedure["type"]; inputs: Schema[]; meta: { permission: string } } }
  >,
).map(([name, { _def }]) => ({ name, type: _def.type, permission: _def.meta.permission, schema: _def.inputs[0] }));

interface Outcome {
  code: string;
  /** All that the caller gets to see. */
  text: string;
}

/** Calls a procedure as the transports do; of a stream, what comes until it ends or is quiet. */
async function call(
  world: TestWorkspace,
  who: Who | undefined,
  procedure: Procedure,
  input: unknown,
): Promise<Outcome> {
  const stop = new AbortController();
  const request = who && (await world.ctx(who));
  const caller = createCaller({ request, requestId: "test", auth: createAuth(world.db) }, { signal: stop.signal });
  const [slice, name] = procedure.name.split(".") as [string, string];
  const run = (caller as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[slice]![
    name
  ]!;
  try {
    const value = await run(input);
    return {
      code: "OK",
      text: JSON.stringify(procedure.type === "subscription" ? await collect(value, stop) : value) ?? "",
    };
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    const details = error.cause instanceof DomainError ? error.cause.details : {};
    return { code: error.code, text: JSON.stringify([error.code, error.message, details]) };
  }
}

async function collect(stream: unknown, stop: AbortController): Promise<unknown[]> {
  const seen: unknown[] = [];
  const patience = setTimeout(() => stop.abort(), 5_000);
  for await (const piece of stream as AsyncIterable<unknown>) seen.push(piece);
  clearTimeout(patience);
  return seen;
}

/** What two answers have in common when only ids that were made up and moments differ. */
const normalise = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/"(durationMs|seq)":\d+/g, '"$1":<n>');

/** The input with ids at one place only (beside those that it must have), or with every place filled in. */
function inputFor(procedure: Procedure, own: Scene, place: IdPlace | undefined, id: string | undefined): unknown {
  if (!procedure.schema) return undefined;
  const places = listIdPlaces(procedure.schema, KINDS);
  const idAt = (path: string): string =>
    id !== undefined && path === place?.path
      ? id
      : own[(path === place?.path ? place : places.find((other) => other.path === path)!).kind as Kind];
  const generated = sampleInput(procedure.schema, {
    id: idAt,
    wants: (path) => place !== undefined && (place.path === path || place.path.startsWith(`${path}.`)),
    option: (path) => (place?.chosenBy?.path === path ? place.chosenBy.option : undefined),
  });
  const example = EXAMPLES[procedure.name]?.(own);
  if (!example) return generated;
  const { [place?.path.split(".")[0] ?? ""]: _kept, ...rest } = example;
  return { ...(generated as object), ...rest };
}

/** A print of every row that matches, over all tables. */
async function fingerprint(db: Database, which: (isTenant: boolean) => SQL): Promise<Record<string, string>> {
  return withSystemTransaction(db, async (tx) => {
    const tables = await tx.execute<{ name: string; tenant: boolean }>(sql`
      select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id') as tenant
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1`);
    const prints = tables.map(
      ({ name, tenant }) => sql`select ${name}::text as name,
        count(*) || ' ' || md5(coalesce(string_agg(t::text, '' order by t::text), '')) as print
        from ${sql.identifier(name)} t where ${which(tenant)}`,
    );
    const rows = await tx.execute<{ name: string; print: string }>(sql.join(prints, sql` union all `));
    return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
  });
}

const naming = (ids: readonly string[]): SQL => sql`t::text ~ ${ids.join("|")}`;

const ALLOWED = ["NOT_FOUND", "FORBIDDEN"];
/** An answer without a record in it. */
const isEmpty = (text: string): boolean =>
  !/"(id|name|title|subject|body)":/.test(text.replaceAll('"subject":null', ""));

/**
 * Calls a procedure with the foreign id at each of its places. Every call must end exactly as one with an id that nobody
 * has. @returns what is wrong, in words
 */
async function attack(world: TestWorkspace, who: Who, procedure: Procedure, own: Scene, foreign: Scene, mark: RegExp) {
  const wrong: string[] = [];
  const places = procedure.schema ? listIdPlaces(procedure.schema, KINDS) : [];
  const exposed = places.filter(({ kind }) => foreign[kind as Kind] !== undefined);
  for (const place of exposed) {
    const label = `${procedure.name} as ${who}, ${place.path} names a foreign ${place.kind}`;
    const outcome = await call(world, who, procedure, inputFor(procedure, own, place, foreign[place.kind as Kind]));
    const nobodys = await call(world, who, procedure, inputFor(procedure, own, place, randomUUID()));
    if (mark.test(outcome.text)) wrong.push(`${label}: it is told ${outcome.text.slice(0, 500)}`);
    // The client chooses this id itself: another workspace's is one like any other, a colleague's is not found.
    if (place.kind === "answer") continue;
    if (normalise(outcome.text) !== normalise(nobodys.text))
      wrong.push(`${label}: ${outcome.text.slice(0, 300)}; of an id that nobody has: ${nobodys.text.slice(0, 300)}`);
    else if (TELLS_ANYHOW.includes(procedure.name) && outcome.code === "OK") continue;
    else if (outcome.code === "OK" ? !isEmpty(outcome.text) : !ALLOWED.includes(outcome.code))
      wrong.push(`${label}: ${outcome.text.slice(0, 300)}`);
  }
  return wrong;
}

/** Calls with the caller's own ids, which shows that the refusals above were about the id. @returns what is wrong, in words */
async function callWithOwn(world: TestWorkspace, who: readonly Who[], procedure: Procedure, own: Scene) {
  const wrong: string[] = [];
  const places = procedure.schema ? listIdPlaces(procedure.schema, KINDS) : [];
  const tried = new Set<string>();
  for (const place of [undefined, ...places]) {
    const input = inputFor(procedure, own, place, undefined);
    const key = JSON.stringify(input, (name, value: unknown) => (name === "email" ? "" : value));
    if (tried.has(key)) continue;
    tried.add(key);
    const outcomes: Outcome[] = [];
    for (const one of who) {
      outcomes.push(await call(world, one, procedure, input));
      if (outcomes.at(-1)!.code === "OK") break;
    }
    const isReached = outcomes.some(
      ({ code, text }) =>
        code === "OK" || code === "CONFLICT" || text.includes(REACHED_WHEN_TOLD[procedure.name] ?? "(never)"),
    );
    if (!isReached)
      wrong.push(
        `${procedure.name}(${JSON.stringify(input)}) cannot be called: ${outcomes.map(({ text }) => text).join("; ")}. Give it an example.`,
      );
  }
  return wrong;
}

describe("S35 every procedure, every id", () => {
  test(
    "S35 another workspace's record is as good as none, wherever its id is put",
    { timeout: 600_000 },
    async ({ db }) => {
      const [mine, theirs] = [await createTestWorkspace(db), await createTestWorkspace(db)];
      const mark = `zq${randomUUID().slice(0, 8)}`;
      const foreign = await createScene(theirs, { rep: "rep", manager: "manager", viewer: "rep" }, mark);
      await theirs.settle();
      const own = await createScene(mine, { rep: "rep", manager: "manager", viewer: "admin" }, "own");
      const untouched = (isTenant: boolean): SQL =>
        isTenant
          ? sql`t.workspace_id = ${theirs.workspaceId} or ${naming(Object.values(foreign).filter((id) => id !== foreign.answer))}`
          : sql`t::text ~ ${theirs.workspaceId}`;

      const wrong: string[] = [];
      for (const procedure of PROCEDURES) {
        const before = await fingerprint(db, untouched);
        wrong.push(...(await attack(mine, "admin", procedure, own, foreign, new RegExp(mark))));
        const after = await fingerprint(db, untouched);
        for (const table of Object.keys(before).filter((table) => before[table] !== after[table]))
          wrong.push(`${procedure.name} changed a row of ${table}, or wrote a foreign id there`);
      }
      expect(wrong).toEqual([]);
    },
  );

  for (const who of ["otherRep", "otherManager"] as const) {
    test(
      `S35 a colleague's record that the ${who} may not read is as good as none`,
      { timeout: 600_000 },
      async ({ db }) => {
        const world = await createTestWorkspace(db);
        const mark = `zq${randomUUID().slice(0, 8)}`;
        const hidden = await createScene(world, { rep: "rep", manager: "manager", viewer: "rep" }, mark);
        const own = await createScene(world, { rep: "otherRep", manager: "otherManager", viewer: who }, "own");
        await world.settle();
        const foreign = Object.fromEntries(
          Object.entries(hidden).filter(([kind]) => !OPEN_TO_COLLEAGUES.includes(kind)),
        ) as Scene;
        const mentions = (): SQL => naming(Object.values(foreign));

        const wrong: string[] = [];
        for (const procedure of PROCEDURES) {
          const before = await fingerprint(db, mentions);
          wrong.push(
            ...(await attack(
              world,
              who,
              procedure,
              own,
              foreign,
              new RegExp(`${mark}(?! (team|stage|pipeline|product|campaign|policy|form))`),
            )),
          );
          const after = await fingerprint(db, mentions);
          for (const table of Object.keys(before).filter((table) => before[table] !== after[table]))
            wrong.push(`${procedure.name} changed a row of ${table}, or wrote a hidden id there`);
        }
        expect(wrong).toEqual([]);
      },
    );
  }

  test("S35 every procedure can be called with ids of one's own", { timeout: 600_000 }, async ({ db }) => {
    const wrong: string[] = [];
    for (const procedure of PROCEDURES) {
      const world = await createTestWorkspace(db);
      const own = await createScene(world, { rep: "rep", manager: "manager", viewer: "admin" }, "own");
      wrong.push(...(await callWithOwn(world, ["admin", "manager", "rep"], procedure, own)));
    }
    expect(wrong).toEqual([]);
  });

  test("S34 S35 nobody calls a procedure without signing in", { timeout: 120_000 }, async ({ db }) => {
    const world = await createTestWorkspace(db);
    const own = await createScene(world, { rep: "rep", manager: "manager", viewer: "rep" }, "own");
    const answered: string[] = [];
    for (const procedure of PROCEDURES.filter(({ permission }) => permission !== "public")) {
      const { code } = await call(world, undefined, procedure, inputFor(procedure, own, undefined, undefined));
      if (code !== "UNAUTHORIZED") answered.push(`${procedure.name}: ${code}`);
    }
    expect(answered).toEqual([]);
  });

  test("S11 no query changes anything", { timeout: 900_000 }, async ({ db }) => {
    const world = await createTestWorkspace(db);
    const own = await createScene(world, { rep: "rep", manager: "manager", viewer: "admin" }, "own");
    await world.settle();
    const everything = (): SQL => sql`true`;
    const changed: string[] = [];
    for (const procedure of PROCEDURES.filter(({ type }) => type === "query")) {
      const places = procedure.schema ? listIdPlaces(procedure.schema, KINDS) : [];
      for (const place of [undefined, ...places]) {
        const before = await fingerprint(db, everything);
        await call(world, "admin", procedure, inputFor(procedure, own, place, undefined));
        await call(world, "rep", procedure, inputFor(procedure, own, place, undefined));
        const after = await fingerprint(db, everything);
        for (const table of Object.keys(before).filter((table) => before[table] !== after[table]))
          changed.push(`${procedure.name} writes to ${table}`);
      }
    }
    expect(changed).toEqual([]);
  });
});
