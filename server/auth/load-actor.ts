import { and, eq, sql } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { appUser, workspace } from "#db/schema/index.ts";
import type { UserActor } from "#server/core/context.ts";
import { seesAllRecords, type Role } from "#server/core/permissions.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";

/**
 * A person as the product acts for him: role and whose records he sees, read afresh.
 * @returns undefined when there is no such active user.
 */
export function loadActor(
  db: Database,
  workspaceId: string,
  userId: string,
  sessionIdHash: string | null,
): Promise<UserActor | undefined> {
  return withSystemTransaction(db, async (tx) => {
    const [row] = await tx
      .select({
        name: appUser.name,
        email: appUser.email,
        role: appUser.role,
        teamId: appUser.teamId,
        status: appUser.status,
        timeZone: sql<string>`coalesce(${appUser.timeZone}, ${workspace.timeZone})`,
      })
      .from(appUser)
      .innerJoin(workspace, eq(workspace.id, appUser.workspaceId))
      .where(and(eq(appUser.workspaceId, workspaceId), eq(appUser.id, userId)));
    if (!row || row.status !== "active") return undefined;
    const below = await tx.execute<{ id: string }>(sql`
      with recursive below as (
        select id from team where workspace_id = ${workspaceId} and manager_id = ${userId}
        union
        select t.id from team t join below b on t.parent_team_id = b.id where t.workspace_id = ${workspaceId}
      )
      select u.id from app_user u where u.workspace_id = ${workspaceId} and u.team_id in (select id from below)
      union
      select t.manager_id from team t join below b on b.id = t.id where t.workspace_id = ${workspaceId} and t.manager_id is not null`);
    const role = row.role as Role;
    return {
      kind: "user",
      userId,
      name: row.name,
      email: row.email,
      role,
      teamId: row.teamId,
      timeZone: row.timeZone,
      seesAll: seesAllRecords(role),
      ownerIds: [...new Set([userId, ...below.map(({ id }) => id)])],
      sessionIdHash,
    };
  });
}
