import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { appUser, lead, leadAssignment, team, type AssignmentRule } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import type { Candidate } from "./evaluate-assignment.ts";

/** Who may get leads, kept up in memory while a batch is given out. */
export interface CandidatePool {
  candidatesOf(rule: AssignmentRule): Candidate[];
  /** Notes that a lead went to this person. */
  given(rule: AssignmentRule, userId: string, atMs: number): void;
  openLeadsOf(userId: string): number;
}

/**
 * Everybody active, with open leads and turns. Takes a lock until the transaction ends, so that two leads at the same moment
 * do not both find the same person next in turn.
 */
export async function loadCandidates(ctx: RequestContext): Promise<CandidatePool> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`lead-assignment:${ctx.workspaceId}`}, 0))`);
  const people = await ctx.db
    .select({ id: appUser.id, role: appUser.role, teamId: appUser.teamId })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.status, "active")));
  const teams = await ctx.db
    .select({ id: team.id, parentId: team.parentTeamId })
    .from(team)
    .where(eq(team.workspaceId, ctx.workspaceId));
  const loads = await ctx.db
    .select({ ownerId: lead.ownerId, count: sql<number>`count(*)`.mapWith(Number) })
    .from(lead)
    .where(
      and(
        eq(lead.workspaceId, ctx.workspaceId),
        isNull(lead.deletedAt),
        inArray(lead.status, ["new", "working", "qualified"]),
      ),
    )
    .groupBy(lead.ownerId);
  const turns = await ctx.db
    .select({
      ruleKey: leadAssignment.ruleKey,
      ownerId: leadAssignment.ownerId,
      lastMs: sql<number>`(extract(epoch from max(${leadAssignment.createdAt})) * 1000)::float8`.mapWith(Number),
    })
    .from(leadAssignment)
    .where(and(eq(leadAssignment.workspaceId, ctx.workspaceId), sql`${leadAssignment.ruleKey} is not null`))
    .groupBy(leadAssignment.ruleKey, leadAssignment.ownerId);
  const open = new Map(loads.map(({ ownerId, count }) => [ownerId, count]));
  const last = new Map(turns.map(({ ruleKey, ownerId, lastMs }) => [`${ruleKey}:${ownerId}`, lastMs]));
  const parentOf = new Map(teams.map(({ id, parentId }) => [id, parentId]));
  const isWithin = (teamId: string | null, wanted: readonly string[]): boolean => {
    for (let at = teamId, depth = 0; at && depth < 20; at = parentOf.get(at) ?? null, depth++)
      if (wanted.includes(at)) return true;
    return false;
  };
  const isMeant = (rule: AssignmentRule, { id, role, teamId }: (typeof people)[number]): boolean => {
    if (rule.userIds.includes(id)) return true;
    if (role !== "rep") return false;
    if (rule.teamIds.length > 0) return isWithin(teamId, rule.teamIds);
    return rule.userIds.length === 0;
  };
  return {
    candidatesOf: (rule) =>
      people
        .filter((person) => isMeant(rule, person))
        .map(({ id: userId }) => ({
          userId,
          openLeads: open.get(userId) ?? 0,
          lastMs: last.get(`${rule.key}:${userId}`) ?? 0,
        })),
    given(rule, userId, atMs) {
      open.set(userId, (open.get(userId) ?? 0) + 1);
      // Two leads of one batch have the same time; the second of them comes after.
      const before = Math.max(0, ...[...last].filter(([key]) => key.startsWith(`${rule.key}:`)).map(([, ms]) => ms));
      last.set(`${rule.key}:${userId}`, Math.max(atMs, before + 0.001));
    },
    openLeadsOf: (userId) => open.get(userId) ?? 0,
  };
}
