import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { appUser, team } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { changedFields, emitEvent } from "#server/core/events.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireVersion } from "#server/core/versioned.ts";

const TeamFields = z.strictObject({
  name: z.string().trim().min(1).max(120),
  parentTeamId: z.uuid().nullish(),
  managerId: z.uuid().nullish(),
});
export const CreateTeamInput = TeamFields;
export const UpdateTeamInput = z.strictObject({
  teamId: z.uuid(),
  version: z.number().int().min(1),
  changes: TeamFields.partial(),
});

export async function listTeams(ctx: RequestContext) {
  requirePermission(ctx, "user:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: team.id,
        name: team.name,
        parentTeamId: team.parentTeamId,
        managerId: team.managerId,
        managerName: appUser.name,
        version: team.version,
      })
      .from(team)
      .leftJoin(appUser, and(eq(appUser.workspaceId, team.workspaceId), eq(appUser.id, team.managerId)))
      .where(eq(team.workspaceId, ctx.workspaceId))
      .orderBy(asc(team.name)),
  );
}

export async function createTeam(ctx: RequestContext, input: z.infer<typeof CreateTeamInput>): Promise<{ id: string }> {
  requirePermission(ctx, "user:manage");
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    await ctx.db.insert(team).values({ ...input, id, workspaceId: ctx.workspaceId });
    await emitEvent(ctx, { type: "team.created", subject: { type: "team", id }, data: { name: input.name } });
    return { id };
  });
}

/** @throws NotFoundError; StaleWriteError; InvalidInputError when the team would stand above itself. */
export async function updateTeam(
  ctx: RequestContext,
  { teamId: id, version, changes }: z.infer<typeof UpdateTeamInput>,
): Promise<void> {
  requirePermission(ctx, "user:manage");
  await withTransaction(ctx, async (ctx) => {
    const [before] = await ctx.db
      .select()
      .from(team)
      .where(and(eq(team.workspaceId, ctx.workspaceId), eq(team.id, id)))
      .for("update");
    if (!before) throw new NotFoundError("Team", id);
    const changed = changedFields(before, changes);
    if (Object.keys(changed).length === 0) return;
    requireVersion("Team", before, version, changed);
    if (changes.parentTeamId) await requireNoCircle(ctx, id, changes.parentTeamId);
    await ctx.db
      .update(team)
      .set({ ...changes, version: version + 1 })
      .where(and(eq(team.workspaceId, ctx.workspaceId), eq(team.id, id)));
    await emitEvent(ctx, { type: "team.access_changed", subject: { type: "team", id }, changes: changed });
  });
}

async function requireNoCircle(ctx: RequestContext, id: string, parentId: string): Promise<void> {
  const above = await ctx.db.execute<{ id: string }>(sql`
    with recursive above as (
      select id, parent_team_id from team where workspace_id = ${ctx.workspaceId} and id = ${parentId}
      union select t.id, t.parent_team_id from team t join above on t.id = above.parent_team_id where t.workspace_id = ${ctx.workspaceId}
    ) select id from above`);
  if (above.some((ancestor) => ancestor.id === id))
    throw new InvalidInputError("A team cannot stand above itself", { parentTeamId: "circle" });
}
