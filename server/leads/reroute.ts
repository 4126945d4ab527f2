import { and, eq } from "drizzle-orm";
import { appUser, leadAssignment, task } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { actorId, type RequestContext } from "#server/core/context.ts";
import { emitEvent, emitEvents } from "#server/core/events.ts";
import { withWholeWorkspace } from "#server/core/transaction.ts";
import { loadWorkingCalendar } from "#server/workspaces/index.ts";
import { dayOf, factsOf, firstTouchTask, inputsOf, taskEvent } from "./admit-leads.ts";
import { loadCandidates } from "./candidates.ts";
import { evaluateAssignment } from "./evaluate-assignment.ts";
import { setLead, type Lead } from "./locked-lead.ts";
import { loadRules } from "./rules.ts";

/** A lead that became good enough leaves the pool, or an owner who is not meant for such leads; otherwise its owner keeps it. */
export function rerouteByScore(ctx: RequestContext, row: Lead, threshold: number): Promise<void> {
  return withWholeWorkspace(ctx, async (ctx) => {
    const { version, rules } = await loadRules(ctx, "assignment");
    const pool = await loadCandidates(ctx);
    const facts = factsOf(row, row.score);
    const decision = evaluateAssignment(rules.rules, facts, pool.candidatesOf);
    const isActive = row.ownerId !== null && (await isActiveUser(ctx, row.ownerId));
    const isMeant =
      decision.rule?.when.minScore === undefined ||
      pool.candidatesOf(decision.rule).some(({ userId }) => userId === row.ownerId);
    if (!decision.ownerId || (isActive && isMeant) || decision.ownerId === row.ownerId) return;
    const reason = `Score reached ${threshold}. ${decision.trace.reason}`;
    const inputs = inputsOf(decision, facts, pool.candidatesOf);
    const routing = { ...decision.trace, reason, kind: "score" as const, ruleVersion: version };
    await changeOwner(ctx, row, decision.ownerId, { kind: "score", reason, routing, inputs });
  });
}

async function isActiveUser(ctx: RequestContext, userId: string): Promise<boolean> {
  const [user] = await ctx.db
    .select({ status: appUser.status })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, userId)));
  return user?.status === "active";
}

interface OwnerChange {
  kind: "score" | "person";
  reason: string;
  routing: NonNullable<Lead["routing"]>;
  inputs: Record<string, unknown>;
}

/** Gives a locked lead and its open tasks to somebody else, with the reason. Runs with the whole workspace's sight. */
export async function changeOwner(
  ctx: RequestContext,
  row: Lead,
  ownerId: string,
  { kind, reason, routing, inputs }: OwnerChange,
): Promise<void> {
  const now = ctx.now();
  await setLead(ctx, row, { ownerId, assignedAt: now, routing });
  await ctx.db.insert(leadAssignment).values({
    ...{ workspaceId: ctx.workspaceId, id: newId(), leadId: row.id, fromOwnerId: row.ownerId, ownerId, kind, reason },
    ...{ ruleVersion: routing.ruleVersion, ruleKey: routing.ruleKey, inputs, actorId: actorId(ctx), createdAt: now },
  });
  await moveTasks(ctx, row, ownerId);
  await emitEvent(ctx, {
    type: "lead.assigned",
    subject: { type: "lead", id: row.id },
    changes: { ownerId: [row.ownerId, ownerId] },
    data: { ownerId, fromOwnerId: row.ownerId, kind, reason },
  });
}

/** What the former owner still had to do about the lead goes along; a lead out of the pool gets its first task now. */
async function moveTasks(ctx: RequestContext, row: Lead, ownerId: string): Promise<void> {
  if (row.ownerId === null) {
    if (row.firstTouchAt) return;
    const { timeZone } = await loadWorkingCalendar(ctx);
    const first = firstTouchTask(ctx, { ...row, ownerId }, row.slaDueAt ? dayOf(row.slaDueAt, timeZone) : null);
    await ctx.db.insert(task).values(first);
    await emitEvents(ctx, [taskEvent(first)]);
    return;
  }
  const open = await ctx.db
    .select()
    .from(task)
    .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.leadId, row.id), eq(task.ownerId, row.ownerId)));
  for (const { id, version, doneAt, deletedAt } of open) {
    if (doneAt || deletedAt) continue;
    await ctx.db
      .update(task)
      .set({ ownerId, version: version + 1, updatedAt: ctx.now() })
      .where(and(eq(task.workspaceId, ctx.workspaceId), eq(task.id, id)));
    const data = { userId: ownerId, leadId: row.id };
    await emitEvent(ctx, { type: "task.reassigned", subject: { type: "task", id }, data });
  }
}
