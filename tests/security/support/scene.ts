import { randomUUID } from "node:crypto";
import {
  aiAnswer,
  aiStream,
  aiSuggestion,
  importFilePart,
  importRow,
  importRun,
  notification,
} from "#db/schema/index.ts";
import {
  campaign,
  lead as leads,
  leadAssignment,
  webForm,
  leadSlaPolicy,
  pipeline,
  product,
  stage,
  team,
} from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { and, eq } from "drizzle-orm";
import { createAccount } from "#server/accounts/index.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createOpportunity } from "#server/opportunities/index.ts";
import type { TestWorkspace } from "../../factories.ts";

type Who = keyof TestWorkspace["ids"];

/** Kinds of records whose ids the procedures take. */
export type Kind =
  | "account"
  | "parent_account"
  | "member"
  | "objective"
  | "contact"
  | "superior"
  | "opportunity"
  | "lead"
  | "lead_assignment"
  | "converted"
  | "campaign"
  | "sla_policy"
  | "web_form"
  | "room"
  | "coaching_item"
  | "comment"
  | "task"
  | "activity"
  | "import_run"
  | "notification"
  | "answer"
  | "suggestion"
  | "user"
  | "team"
  | "parent_team"
  | "stage"
  | "pipeline"
  | "competitor"
  | "view"
  | "product";

export type Scene = Record<Kind, string>;

/** One record of every kind, all of one deal; `mark` stands in every text of theirs that the product keeps. */
export async function createScene(
  world: TestWorkspace,
  who: { rep: Who; manager: Who; viewer: Who },
  mark: string,
): Promise<Scene> {
  const rep = await world.ctx(who.rep);
  const [asRep, asManager] = [await world.caller(who.rep), await world.caller(who.manager)];
  const { id: parent } = await createAccount(rep, { name: `${mark} parent` });
  const { id: account } = await createAccount(rep, { name: `${mark} account` });
  const { id: opportunity } = await createOpportunity(rep, {
    name: `${mark} deal`,
    accountId: account,
    amountCents: 777_000,
    closeDate: "2027-01-31",
    nextStep: `${mark} step`,
    nextStepDue: "2030-01-15",
  });
  const { id: lead } = await asRep.leads.create({
    ...{ lastName: `${mark} lead`, company: mark, description: mark, source: "web", ownerId: world.ids[who.rep] },
    ...{ title: mark, custom: { mark } },
  });
  await qualify(world, lead);
  const converted = await makeQualified(world, who.rep, mark);
  await asRep.leads.convert({
    ...{ leadId: converted, version: 1, accountId: account, company: mark, isNewDespiteDuplicates: true },
    contact: { lastName: `${mark} converted` },
    opportunity: {
      ...{ name: `${mark} converted`, amountCents: 1000, closeDate: "2030-01-31" },
      ...{ nextStep: `${mark} next`, nextStepDue: "2030-01-01" },
    },
  });
  const { id: contact } = await asRep.contacts.create({ lastName: `${mark} contact`, accountId: account });
  const { id: superior } = await asRep.contacts.create({ lastName: `${mark} superior`, accountId: account });
  await asRep.contacts.setAccountRole({ contactId: contact, accountId: account, role: mark });
  await asRep.accounts.setTeamMember({ accountId: account, memberId: world.ids.admin, role: mark, access: "read" });
  const { id: objective } = await asRep.accounts.addObjective({ accountId: account, title: `${mark} objective` });
  await asRep.opportunities.setContactRole({ opportunityId: opportunity, contactId: contact, role: mark });
  const { id: activity } = await asRep.activities.log({
    kind: "note",
    subject: `${mark} note`,
    body: mark,
    opportunityId: opportunity,
  });
  const { id: task } = await asRep.tasks.create({
    title: `${mark} task`,
    opportunityId: opportunity,
    accountId: account,
  });
  await asRep.opportunities.setCompetitor({ opportunityId: opportunity, name: mark, position: "level" });
  await asRep.opportunities.setTeamMember({ opportunityId: opportunity, userId: world.ids[who.rep], role: mark });
  const { competitors } = await asRep.opportunities.panel({ opportunityId: opportunity });
  await asRep.opportunities.saveView({ name: mark, filters: "kind=open" });
  const view = (await asRep.opportunities.views()).find(({ name }) => name === mark)!.id;
  const { roomId: room } = await asRep.rooms.open({ subjectType: "opportunity", subjectId: opportunity });
  const { id: comment } = await asRep.coaching.addComment({ roomId: room, body: `${mark} remark` });
  const { id: item } = await asManager.coaching.request({
    opportunityId: opportunity,
    roomId: room,
    repId: world.ids[who.rep],
    comment: `${mark} coaching`,
  });
  const rest = await addRowsBelow(world, { mark, opportunity, lead, viewer: world.ids[who.viewer] });
  return {
    account,
    parent_account: parent,
    member: world.ids.admin,
    objective,
    contact,
    superior,
    opportunity,
    lead,
    converted,
    room,
    coaching_item: item,
    comment,
    task,
    activity,
    view,
    competitor: competitors[0]!.id,
    user: world.ids[who.rep],
    ...rest,
  };
}

async function makeQualified(world: TestWorkspace, rep: Who, mark: string): Promise<string> {
  const asRep = await world.caller(rep);
  const { id } = await asRep.leads.create({ lastName: `${mark} good lead`, source: "web", ownerId: world.ids[rep] });
  await qualify(world, id);
  return id;
}

const qualify = (world: TestWorkspace, id: string) =>
  withTransaction(world.job, (ctx) => ctx.db.update(leads).set({ status: "qualified" }).where(eq(leads.id, id)));

/** Records that jobs write: straight into their tables. */
function addRowsBelow(
  world: TestWorkspace,
  { mark, opportunity, lead, viewer }: Record<"mark" | "opportunity" | "lead" | "viewer", string>,
) {
  const { workspaceId } = world;
  const ids = {
    import_run: newId(),
    notification: newId(),
    answer: newId(),
    suggestion: newId(),
    team: newId(),
    parent_team: newId(),
    product: newId(),
    stage: newId(),
    campaign: newId(),
    sla_policy: newId(),
    web_form: newId(),
    lead_assignment: newId(),
    pipeline: "",
  };
  return withTransaction(world.job, async ({ db }) => {
    const [line] = await db
      .select({ id: pipeline.id })
      .from(pipeline)
      .where(and(eq(pipeline.workspaceId, workspaceId), eq(pipeline.isDefault, true)));
    ids.pipeline = line!.id;
    for (const id of [ids.team, ids.parent_team])
      await db.insert(team).values({ workspaceId, id, name: `${mark} team ${id}` });
    await db.insert(campaign).values({ workspaceId, id: ids.campaign, name: `${mark} campaign ${ids.campaign}` });
    await db
      .insert(leadSlaPolicy)
      .values({ workspaceId, id: ids.sla_policy, name: `${mark} policy ${ids.sla_policy}`, responseMinutes: 60 });
    await db.insert(webForm).values({ workspaceId, id: ids.web_form, name: `${mark} form`, publicKey: newId() });
    await db.insert(leadAssignment).values({
      ...{ workspaceId, id: ids.lead_assignment, leadId: lead, kind: "rule", reason: mark, actorId: "job:test" },
      ...{ ruleVersion: 1, inputs: { facts: { source: "web", score: 0 }, candidates: {} } },
    });
    await db.insert(product).values({ workspaceId, id: ids.product, name: `${mark} product` });
    await db.insert(stage).values({
      workspaceId,
      id: ids.stage,
      pipelineId: line!.id,
      name: `${mark} stage ${ids.stage}`,
      // Before all others: a deal may always go back to it.
      position: -1000 - Math.floor(Math.random() * 1e9),
      kind: "open",
      probability: 0.5,
      forecastCategory: "pipeline",
    });
    await db.insert(importRun).values({
      ...{ workspaceId, id: ids.import_run, recordType: "account", fileName: `${mark}.csv`, fileSha256: mark },
      ...{ encoding: "utf-8", delimiter: ",", header: ["Name", mark], mapping: { Name: "name" }, state: "uploaded" },
      createdBy: viewer,
    });
    const run = { workspaceId, runId: ids.import_run };
    await db.insert(importFilePart).values({ ...run, part: 0, content: Buffer.from(`Name\n${mark}\n`) });
    const messages = [{ column: null, severity: "warning" as const, text: mark }];
    await db.insert(importRow).values({ ...run, rowNumber: 1, outcome: "failed", messages });
    await db.insert(notification).values({
      ...{ workspaceId, id: ids.notification, userId: viewer, kind: "test", title: mark, href: `/${mark}` },
      sourceEventId: randomUUID(),
    });
    await db.insert(aiSuggestion).values({
      ...{ workspaceId, id: ids.suggestion, targetType: "opportunity", targetId: opportunity, rule: "idle" },
      ...{ priority: 1, content: { title: mark, evidence: [] }, evidenceSha: mark, snapshot: {} },
    });
    const answer = { workspaceId, createdAt: new Date() };
    const expiresAt = new Date(Date.now() + 3_600_000);
    await db
      .insert(aiAnswer)
      .values({ ...answer, id: ids.answer, userId: viewer, question: mark, state: "done", expiresAt });
    await db
      .insert(aiStream)
      .values({ ...answer, answerId: ids.answer, n: 1, event: { kind: "error", message: mark } });
    return ids;
  });
}
