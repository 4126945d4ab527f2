import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { appUser, leadAssignment, type AssignmentRule } from "#db/schema/index.ts";
import { requireOwnTeam } from "#server/accounts/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { DomainError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction, withWholeWorkspace } from "#server/core/transaction.ts";
import { loadCandidates } from "./candidates.ts";
import { evaluateAssignment, type Candidate, type LeadFacts } from "./evaluate-assignment.ts";
import { lockLead, requireNotConverted, setLead, type Lead } from "./locked-lead.ts";
import { changeOwner } from "./reroute.ts";
import { loadRules } from "./rules.ts";

const reason = z.string().trim().min(1, "Say why").max(500);
export const ReassignLeadsInput = z.strictObject({
  leadIds: z.array(z.uuid()).min(1).max(200),
  ownerId: z.uuid(),
  reason,
});
export const ProposeOwnersInput = z.strictObject({ leadIds: z.array(z.uuid()).min(1).max(200) });
export const FlagLeadInput = z.strictObject({
  leadId: z.uuid(),
  /** Null takes the flag back. */
  reason: reason.nullable(),
});

export interface BulkResult {
  leadId: string;
  isDone: boolean;
  message: string | null;
}

/** Each lead by itself: one refusal does not stop the others. @throws ForbiddenError for an owner outside the caller's team. */
export async function reassignLeads(
  ctx: RequestContext,
  { leadIds, ownerId, reason }: z.infer<typeof ReassignLeadsInput>,
): Promise<BulkResult[]> {
  requirePermission(ctx, "lead:assign");
  requireOwnTeam(ctx, ownerId);
  const [owner] = await withTransaction(ctx, (ctx) =>
    ctx.db
      .select({ status: appUser.status })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, ownerId))),
  );
  if (!owner) throw new NotFoundError("User", ownerId);
  if (owner.status !== "active") throw new InvalidInputError("This person is not active", { ownerId: "inactive" });
  const routing = { kind: "person", ruleVersion: null, ruleKey: null, ruleName: null, reason, notMatched: [] } as const;
  return eachLead(leadIds, (leadId) =>
    withTransaction(ctx, async (ctx) => {
      const row = await lockLead(ctx, leadId);
      requireNotConverted(row);
      if (row.ownerId === ownerId) return;
      await withWholeWorkspace(ctx, (ctx) =>
        changeOwner(ctx, row, ownerId, {
          kind: "person",
          reason,
          routing: { ...routing, notMatched: [] },
          inputs: {},
        }),
      );
    }),
  );
}

/** Does something with each lead. @returns per lead what became of it. */
export async function eachLead(
  leadIds: readonly string[],
  work: (leadId: string) => Promise<void>,
): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (const leadId of new Set(leadIds)) {
    try {
      await work(leadId);
      results.push({ leadId, isDone: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ leadId, isDone: false, message: error.message });
    }
  }
  return results;
}

/** Who of the caller's team suits these leads: whom the rules would choose first, then by open leads. */
export async function proposeOwners(ctx: RequestContext, { leadIds }: z.infer<typeof ProposeOwnersInput>) {
  requirePermission(ctx, "lead:assign");
  return withTransaction(ctx, async (ctx) => {
    const rows: Lead[] = [];
    for (const id of leadIds) rows.push(await lockLead(ctx, id));
    return withWholeWorkspace(ctx, async (whole) => {
      const { rules } = (await loadRules(whole, "assignment")).rules;
      const pool = await loadCandidates(whole);
      const people = await whole.db
        .select({ id: appUser.id, name: appUser.name, role: appUser.role })
        .from(appUser)
        .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.status, "active")))
        .orderBy(asc(appUser.name));
      const fits = new Map<string, string>();
      for (const row of rows) {
        const { rule, trace } = evaluateAssignment(rules, row, pool.candidatesOf);
        if (rule) for (const { userId } of pool.candidatesOf(rule)) fits.set(userId, trace.ruleName ?? "");
      }
      return people
        .filter(({ id, role }) => isMine(ctx, id) && (role === "rep" || fits.has(id)))
        .map(({ id, name }) => ({
          userId: id,
          name,
          openLeads: pool.openLeadsOf(id),
          fitsRule: fits.get(id) ?? null,
        }))
        .sort(
          (a, b) =>
            Number(b.fitsRule !== null) - Number(a.fitsRule !== null) ||
            a.openLeads - b.openLeads ||
            (a.name < b.name ? -1 : 1),
        )
        .slice(0, 20);
    });
  });
}

const isMine = ({ actor }: RequestContext, userId: string): boolean =>
  actor.kind === "job" || actor.seesAll || actor.ownerIds.includes(userId);

/** Heads the owner's stream and tells him why. */
export async function flagLead(ctx: RequestContext, { leadId, reason }: z.infer<typeof FlagLeadInput>): Promise<void> {
  requirePermission(ctx, "lead:assign");
  await withTransaction(ctx, async (ctx) => {
    const row = await lockLead(ctx, leadId);
    requireNotConverted(row);
    const flaggedBy = ctx.actor.kind === "user" ? ctx.actor.userId : null;
    await setLead(ctx, row, {
      flagReason: reason,
      flaggedAt: reason === null ? null : ctx.now(),
      flaggedBy: reason === null ? null : flaggedBy,
    });
    await emitEvent(ctx, {
      type: reason === null ? "lead.unflagged" : "lead.flagged",
      subject: { type: "lead", id: leadId },
      changes: { flagReason: [row.flagReason, reason] },
      data: { ownerId: row.ownerId, ...(reason === null ? {} : { reason }) },
    });
  });
}

/** Decides an assignment again from what was kept of it. @returns the owner then and now, and what the rules said. */
export async function replayAssignment(ctx: RequestContext, { assignmentId }: { assignmentId: string }) {
  requirePermission(ctx, "lead:read");
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db
      .select()
      .from(leadAssignment)
      .where(and(eq(leadAssignment.workspaceId, ctx.workspaceId), eq(leadAssignment.id, assignmentId)));
    if (!row) throw new NotFoundError("Assignment", assignmentId);
    if (row.ruleVersion === null)
      throw new InvalidInputError("A person decided this, not a rule", { assignmentId: "person" });
    const { rules } = (await loadRules(ctx, "assignment", row.ruleVersion)).rules;
    // The shape that `inputsOf` wrote.
    const { facts, candidates } = row.inputs as { facts: LeadFacts; candidates: Record<string, Candidate[]> };
    const decision = evaluateAssignment(rules, facts, (rule: AssignmentRule) => candidates[rule.key] ?? []);
    return {
      ownerId: row.ownerId,
      replayedOwnerId: decision.ownerId,
      isSame: decision.ownerId === row.ownerId,
      ruleVersion: row.ruleVersion,
      facts,
      trace: decision.trace,
    };
  });
}
