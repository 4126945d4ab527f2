import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { account, opportunity, room, roomClient, roomUpdate, type RoomSubjectType } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { hasPermission, requirePermission } from "#server/core/permissions.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { createTemplate } from "./template.ts";

export const OpenRoomInput = z.strictObject({
  subjectType: z.enum(["opportunity", "account"]),
  subjectId: z.uuid(),
});
export type OpenRoomInput = z.infer<typeof OpenRoomInput>;

export interface OpenedRoom {
  roomId: string;
  epoch: number;
  role: "read" | "write";
}

const SUBJECTS = { opportunity, account };

/**
 * The room of a record, made with its template when the first person opens it.
 * @throws NotFoundError if the workspace has no such record, or not for this person
 */
export async function openRoom(ctx: RequestContext, { subjectType, subjectId }: OpenRoomInput): Promise<OpenedRoom> {
  requirePermission(ctx, "room:read");
  return withTransaction(ctx, async (ctx) => {
    const found = (await findRoom(ctx, subjectType, subjectId)) ?? (await createRoom(ctx, subjectType, subjectId));
    const role = (await isWritable(ctx, subjectType, subjectId)) ? "write" : "read";
    return { roomId: found.id, epoch: found.epoch, role };
  });
}

/** The room of a deal that was just made, with the plan under its headings. */
export async function openPlannedRoom(
  ctx: RequestContext,
  opportunityId: string,
  plan: Record<string, readonly string[]>,
): Promise<void> {
  requirePermission(ctx, "room:write");
  await withTransaction(ctx, (ctx) => createRoom(ctx, "opportunity", opportunityId, plan));
}

export interface RoomAccess {
  role: "read" | "write";
  subjectId: string;
}

/** What this person may do in a room, by the rights on its record; undefined for nothing at all. */
export async function findRoomAccess(ctx: RequestContext, roomId: string): Promise<RoomAccess | undefined> {
  if (!hasPermission(ctx, "room:read")) return undefined;
  return withTransaction(ctx, async (ctx) => {
    const [found] = await ctx.db
      .select({ subjectType: room.subjectType, subjectId: room.subjectId })
      .from(room)
      .where(and(eq(room.workspaceId, ctx.workspaceId), eq(room.id, roomId)));
    if (!found) return undefined;
    const { subjectType, subjectId } = found;
    return { subjectId, role: (await isWritable(ctx, subjectType, subjectId)) ? "write" : "read" };
  });
}

async function findRoom(ctx: RequestContext, subjectType: RoomSubjectType, subjectId: string) {
  const [found] = await ctx.db
    .select({ id: room.id, epoch: room.epoch })
    .from(room)
    .where(
      and(eq(room.workspaceId, ctx.workspaceId), eq(room.subjectType, subjectType), eq(room.subjectId, subjectId)),
    );
  return found;
}

async function createRoom(
  ctx: RequestContext,
  subjectType: RoomSubjectType,
  subjectId: string,
  plan?: Record<string, readonly string[]>,
) {
  const subject = SUBJECTS[subjectType];
  const [readable] = await ctx.db
    .select({ id: subject.id })
    .from(subject)
    .where(and(eq(subject.workspaceId, ctx.workspaceId), eq(subject.id, subjectId)));
  if (!readable) throw new NotFoundError(subjectType, subjectId);
  const id = newId();
  const createdBy = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const [created] = await ctx.db
    .insert(room)
    .values({ id, workspaceId: ctx.workspaceId, subjectType, subjectId, createdBy, headSeq: 1 })
    .onConflictDoNothing()
    .returning({ id: room.id, epoch: room.epoch });
  // Somebody else opened it at the same moment.
  if (!created) return (await findRoom(ctx, subjectType, subjectId))!;
  await insertTemplate(ctx, id, subjectType, plan);
  await emitEvent(ctx, { type: "room.opened", subject: { type: "room", id }, data: { subjectType, subjectId } });
  return created;
}

async function insertTemplate(
  ctx: RequestContext,
  roomId: string,
  subjectType: RoomSubjectType,
  plan?: Record<string, readonly string[]>,
): Promise<void> {
  const { bytes, clientId } = createTemplate(subjectType, plan);
  const key = { workspaceId: ctx.workspaceId, roomId };
  await ctx.db.insert(roomClient).values({ ...key, clientId, epoch: 1 });
  await ctx.db.insert(roomUpdate).values({ ...key, seq: 1, epoch: 1, kind: "template", bytes });
}

/** Row-level security is asked itself: a row may only be locked by who may change it. The lock hinders nobody. */
async function isWritable(ctx: RequestContext, subjectType: RoomSubjectType, subjectId: string): Promise<boolean> {
  if (!hasPermission(ctx, "room:write")) return false;
  const rows = await ctx.db.execute(sql`
    select 1 from ${SUBJECTS[subjectType]} where workspace_id = ${ctx.workspaceId} and id = ${subjectId} for key share`);
  return rows.length > 0;
}
