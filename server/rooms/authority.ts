import { and, eq, gt } from "drizzle-orm";
import type { IncomingMessage } from "node:http";
import type { Database } from "#db/client.ts";
import { session } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import { readSessionCookie } from "#server/auth/cookie.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import type { Authentication } from "#server/auth/sign-in.ts";
import type { UserActor } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { Refusal, RoomAuthority } from "./admission.ts";
import { findRoomAccess } from "./open-room.ts";
import type { RoomGrant } from "./peer.ts";
import { redeemRoomTicket } from "./tickets.ts";

export interface AuthorityOptions {
  db: Database;
  authenticate(sessionId: string): Promise<Authentication | undefined>;
  allowedOrigins(): readonly string[];
  now(): Date;
}

/** Readable on light and dark; a person has the same one everywhere. */
const COLORS = ["#c2410c", "#0f766e", "#7c3aed", "#be185d", "#1d4ed8", "#4d7c0f", "#b45309", "#0e7490"];

/** Lets people into rooms by their session or a ticket, with the rights they have on the record. */
export function createRoomAuthority({ db, authenticate, allowedOrigins, now }: AuthorityOptions): RoomAuthority {
  const accessOf = (workspaceId: string, actor: UserActor, roomId: string) => {
    const requestId = newId();
    return findRoomAccess({ db, workspaceId, actor, requestId, log: log.child({ requestId }), now }, roomId);
  };

  async function identify(request: IncomingMessage, roomId: string): Promise<Authentication | undefined> {
    const ticket = ticketOf(request);
    if (ticket === undefined) {
      const sessionId = readSessionCookie(request.headers.cookie);
      return sessionId ? authenticate(sessionId) : undefined;
    }
    const holder = await redeemRoomTicket(db, ticket, roomId, now());
    if (!holder || !(await isSignedIn(db, holder.workspaceId, holder.sessionIdHash, now()))) return undefined;
    const { workspaceId, userId, sessionIdHash } = holder;
    const actor = await loadActor(db, workspaceId, userId, sessionIdHash);
    return actor && { workspaceId, actor };
  }

  return {
    // A browser always names the page's origin. A program does not, and has no cookie that a page could ride on: it needs a ticket.
    isOriginAllowed(request) {
      const { origin } = request.headers;
      return origin === undefined ? ticketOf(request) !== undefined : allowedOrigins().includes(origin);
    },

    async authorize(request, roomId): Promise<RoomGrant | Refusal> {
      const who = await identify(request, roomId);
      if (!who) return { status: 401 };
      const { workspaceId, actor } = who;
      const access = await accessOf(workspaceId, actor, roomId);
      // A room of somebody else is not found, never forbidden.
      if (!access) return { status: 404 };
      const { userId, name, sessionIdHash } = actor;
      return { workspaceId, roomId, ...access, userId, name, color: colorOf(userId), sessionId: sessionIdHash ?? "" };
    },

    async recheck({ workspaceId, roomId, userId, sessionId }) {
      if (!(await isSignedIn(db, workspaceId, sessionId, now()))) return "none";
      const actor = await loadActor(db, workspaceId, userId, sessionId);
      return (actor && (await accessOf(workspaceId, actor, roomId))?.role) ?? "none";
    },
  };
}

function ticketOf({ url = "" }: IncomingMessage): string | undefined {
  const query = url.split("?", 2)[1] ?? "";
  return new URLSearchParams(query).get("ticket") ?? undefined;
}

function isSignedIn(db: Database, workspaceId: string, idHash: string, now: Date): Promise<boolean> {
  return withSystemTransaction(db, async (tx) => {
    const rows = await tx
      .select({ idHash: session.idHash })
      .from(session)
      .where(
        and(
          eq(session.workspaceId, workspaceId),
          eq(session.idHash, idHash),
          gt(session.expiresAt, now),
          gt(session.absoluteExpiresAt, now),
        ),
      );
    return rows.length > 0;
  });
}

function colorOf(userId: string): string {
  const sum = [...userId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return COLORS[sum % COLORS.length]!;
}
