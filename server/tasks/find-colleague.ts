import { and, eq, isNull, sql } from "drizzle-orm";
import { appUser, task, type RequestFunction } from "#db/schema/index.ts";
import { managersAbove } from "#server/coaching/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { InvalidInputError, NotFoundError } from "#server/core/errors.ts";
import { roleHasPermission, type Role } from "#server/core/permissions.ts";

const ROLE_OF: Record<Exclude<RequestFunction, "sales_manager">, Role> = {
  technical: "pre_sales",
  customer_success: "customer_success",
};
const WORDS: Record<RequestFunction, string> = {
  technical: "the technical team",
  sales_manager: "sales management",
  customer_success: "customer success",
};

export interface Colleague {
  id: string;
  name: string;
  role: Role;
}

/**
 * Who is asked: the person named; the asking person's manager; or of a function's people the one with the fewest open tasks.
 * @throws NotFoundError; InvalidInputError when nobody is named, has that function, or may answer
 */
export async function findColleague(
  ctx: RequestContext,
  to: { toUserId?: string | null | undefined; toFunction?: RequestFunction | null | undefined },
): Promise<Colleague> {
  const { toUserId, toFunction } = to;
  if (toUserId) return loadColleague(ctx, toUserId);
  if (!toFunction) throw new InvalidInputError("Say whom you ask", { toFunction: "missing" });
  const id =
    toFunction === "sales_manager"
      ? (await managersAbove(ctx, requireUser(ctx).userId))[0]
      : await leastBusy(ctx, ROLE_OF[toFunction]);
  if (!id)
    throw new InvalidInputError(`Nobody here belongs to ${WORDS[toFunction]}; name a person`, { toFunction: "nobody" });
  return loadColleague(ctx, id);
}

async function loadColleague(ctx: RequestContext, id: string): Promise<Colleague> {
  const [person] = await ctx.db
    .select({ id: appUser.id, name: appUser.name, role: appUser.role })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.id, id), eq(appUser.status, "active")));
  if (!person) throw new NotFoundError("User", id);
  const role = person.role as Role;
  if (!roleHasPermission(role, "task:write"))
    throw new InvalidInputError("This person's role cannot answer tasks", { toUserId: "cannot answer" });
  return { ...person, role };
}

async function leastBusy(ctx: RequestContext, role: Role): Promise<string | undefined> {
  const open = sql<number>`(select count(*) from ${task} where ${and(
    eq(task.workspaceId, ctx.workspaceId),
    eq(task.ownerId, appUser.id),
    isNull(task.doneAt),
    isNull(task.deletedAt),
  )})`;
  const [person] = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.workspaceId, ctx.workspaceId), eq(appUser.role, role), eq(appUser.status, "active")))
    .orderBy(open, appUser.id)
    .limit(1);
  return person?.id;
}
