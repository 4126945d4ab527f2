import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lt, or } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { roomTicket } from "#db/schema/index.ts";
import { requireUser, type RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { requirePermission } from "#server/core/permissions.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { findRoomAccess } from "./open-room.ts";

const TICKET_MS = 60_000;

/** Who a ticket speaks for. */
export interface TicketHolder {
  workspaceId: string;
  userId: string;
  sessionIdHash: string;
}

/**
 * Opens one socket of one room, once, within a minute.
 * @throws NotFoundError if the room is not there for this person
 */
export async function issueRoomTicket(
  ctx: RequestContext,
  { roomId }: { roomId: string },
): Promise<{ ticket: string }> {
  requirePermission(ctx, "room:read");
  const { userId, sessionIdHash } = requireUser(ctx);
  if (!(await findRoomAccess(ctx, roomId))) throw new NotFoundError("room", roomId);
  const secret = randomBytes(32).toString("base64url");
  await withTransaction(ctx, (ctx) =>
    ctx.db.insert(roomTicket).values({
      workspaceId: ctx.workspaceId,
      roomId,
      hash: hashOf(secret),
      userId,
      sessionIdHash: sessionIdHash ?? "",
      expiresAt: new Date(ctx.now().getTime() + TICKET_MS),
    }),
  );
  return { ticket: `${ctx.workspaceId}.${secret}` };
}

/** Takes a ticket in: whoever comes second with it, or with another room's, gets nothing. */
export async function redeemRoomTicket(
  db: Database,
  ticket: string,
  roomId: string,
  now: Date,
): Promise<TicketHolder | undefined> {
  const match = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(ticket);
  if (!match) return undefined;
  const [, workspaceId, secret] = match as unknown as [string, string, string];
  return withSystemTransaction(db, async (tx) => {
    const isThis = and(
      eq(roomTicket.hash, hashOf(secret)),
      eq(roomTicket.roomId, roomId),
      gt(roomTicket.expiresAt, now),
    );
    // What is out of date goes along.
    const taken = await tx
      .delete(roomTicket)
      .where(and(eq(roomTicket.workspaceId, workspaceId), or(isThis, lt(roomTicket.expiresAt, now))))
      .returning();
    const found = taken.find(({ hash, expiresAt }) => hash === hashOf(secret) && expiresAt > now);
    return found && { workspaceId, userId: found.userId, sessionIdHash: found.sessionIdHash };
  });
}

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");
