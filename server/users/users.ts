import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { appUser, session, team } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { hashPassword } from "#server/auth/password.ts";
import { requireStrongPassword } from "#server/auth/password-strength.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { changedFields, emitEvent } from "#server/core/events.ts";
import { requirePermission, ROLE_PERMISSIONS, ROLES, type Permission, type Role } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { requireVersion } from "#server/core/versioned.ts";

export const CreateUserInput = z.strictObject({
  name: z.string().trim().min(1).max(120),
  email: z
    .email()
    .max(254)
    .transform((email) => email.toLowerCase()),
  role: z.enum(ROLES),
  teamId: z.uuid().nullish(),
  password: z.string().max(1024),
});
export const UpdateUserInput = z.strictObject({
  userId: z.uuid(),
  version: z.number().int().min(1),
  changes: z.strictObject({
    name: z.string().trim().min(1).max(120).optional(),
    role: z.enum(ROLES).optional(),
    teamId: z.uuid().nullable().optional(),
    status: z.enum(["active", "disabled"]).optional(),
  }),
});

/** Who is signed in and what he may do; the screens hide by the same permissions that the server decides by. */
export function getMe(ctx: RequestContext) {
  const { userId, name, email, role, timeZone, ownerIds, seesAll } = requireUser(ctx);
  const permissions: readonly Permission[] = ROLE_PERMISSIONS[role];
  return { userId, name, email, role, timeZone, seesAll, hasTeam: ownerIds.length > 1, permissions };
}

/** All people of the workspace: names and roles are no secret among colleagues. */
export async function listUsers(ctx: RequestContext) {
  requirePermission(ctx, "user:read");
  return withTransaction(ctx, (ctx) =>
    ctx.db
      .select({
        id: appUser.id,
        name: appUser.name,
        email: appUser.email,
        title: appUser.title,
        role: sql<Role>`${appUser.role}`,
        teamId: appUser.teamId,
        teamName: team.name,
        status: appUser.status,
        version: appUser.version,
      })
      .from(appUser)
      .leftJoin(team, and(eq(team.workspaceId, appUser.workspaceId), eq(team.id, appUser.teamId)))
      .where(eq(appUser.workspaceId, ctx.workspaceId))
      .orderBy(asc(appUser.name)),
  );
}

/** People the caller may give records to: himself and everybody below, or all for those who see everything. */
export async function listAssignable(ctx: RequestContext) {
  const { seesAll, ownerIds } = requireUser(ctx);
  const users = await listUsers(ctx);
  return users
    .filter((user) => user.status === "active" && (seesAll || ownerIds.includes(user.id)))
    .map(({ id, name }) => ({ id, name }));
}

/** @throws ConflictError when the address is taken in this workspace; InvalidInputError for a poor password. */
export async function createUser(ctx: RequestContext, input: z.infer<typeof CreateUserInput>): Promise<{ id: string }> {
  requirePermission(ctx, "user:manage");
  requireStrongPassword(input.password, [input.name, input.email]);
  const passwordHash = await hashPassword(input.password);
  const id = newId();
  return withTransaction(ctx, async (ctx) => {
    const { password: _password, ...fields } = input;
    const taken = await ctx.db
      .select({ id: appUser.id })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.email, input.email)));
    if (taken.length > 0)
      throw new ConflictError("Somebody here has this e-mail address already", { fields: { email: "taken" } });
    await ctx.db.insert(appUser).values({ ...fields, id, workspaceId: ctx.workspaceId, passwordHash });
    await emitEvent(ctx, { type: "user.created", subject: { type: "user", id }, data: { role: input.role } });
    return { id };
  });
}

/**
 * Changes role, team or status; whoever is disabled is signed out at once.
 * @throws NotFoundError; StaleWriteError; InvalidInputError when an administrator would lock himself out.
 */
export async function updateUser(ctx: RequestContext, input: z.infer<typeof UpdateUserInput>): Promise<void> {
  requirePermission(ctx, "user:manage");
  const { userId: id, version, changes } = input;
  if (
    ctx.actor.kind === "user" &&
    ctx.actor.userId === id &&
    (changes.status === "disabled" || (changes.role && changes.role !== "admin"))
  ) {
    throw new InvalidInputError("You cannot take your own administration away; ask another administrator", {
      role: "self",
    });
  }
  await withTransaction(ctx, async (ctx) => {
    const [before] = await ctx.db
      .select({
        id: appUser.id,
        name: appUser.name,
        role: appUser.role,
        teamId: appUser.teamId,
        status: appUser.status,
        version: appUser.version,
      })
      .from(appUser)
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, id)))
      .for("update");
    if (!before) throw new NotFoundError("User", id);
    const changed = changedFields(before, changes);
    if (Object.keys(changed).length === 0) return;
    requireVersion("User", before, version, changed);
    await ctx.db
      .update(appUser)
      .set({ ...changes, version: version + 1, updatedAt: ctx.now() })
      .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, id)));
    if (changes.status === "disabled") {
      await ctx.db.delete(session).where(and(eq(session.workspaceId, ctx.workspaceId), eq(session.userId, id)));
    }
    await emitEvent(ctx, { type: "user.access_changed", subject: { type: "user", id }, changes: changed });
  });
}
