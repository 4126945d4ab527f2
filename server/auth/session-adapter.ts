import { createHash } from "node:crypto";
import { and, eq, lt } from "drizzle-orm";
import { Lucia, TimeSpan, type Adapter, type DatabaseSession, type DatabaseUser } from "lucia";
import type { Database } from "#db/client.ts";
import { appUser, session } from "#db/schema/index.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";

interface SessionAttributes {
  workspaceId: string;
  ip: string | null;
  userAgent: string | null;
  absoluteExpiresAt: Date;
}

declare module "lucia" {
  interface Register {
    Lucia: Lucia<Record<never, never>, { workspaceId: string }>;
    DatabaseSessionAttributes: SessionAttributes;
    DatabaseUserAttributes: { workspaceId: string };
  }
}

export const IDLE_DAYS = 14;
export const ABSOLUTE_DAYS = 30;

/** What is stored of a session's cookie: a value read from the table is no cookie. */
export const hashSessionId = (sessionId: string): string => createHash("sha256").update(sessionId).digest("base64url");

/** Sessions end after 14 idle days and after 30 days in any case. */
export function createLucia(db: Database): Lucia<Record<never, never>, { workspaceId: string }> {
  return new Lucia(createSessionAdapter(db), {
    sessionExpiresIn: new TimeSpan(IDLE_DAYS, "d"),
    getUserAttributes: ({ workspaceId }) => ({ workspaceId }),
  });
}

function createSessionAdapter(db: Database): Adapter {
  const asSession = (row: typeof session.$inferSelect, id: string): DatabaseSession => ({
    id,
    userId: row.userId,
    expiresAt: row.expiresAt < row.absoluteExpiresAt ? row.expiresAt : row.absoluteExpiresAt,
    attributes: row,
  });
  return {
    getSessionAndUser: (sessionId) =>
      withSystemTransaction(db, async (tx): Promise<[DatabaseSession | null, DatabaseUser | null]> => {
        const [row] = await tx
          .select({ session, userStatus: appUser.status })
          .from(session)
          .innerJoin(appUser, and(eq(appUser.workspaceId, session.workspaceId), eq(appUser.id, session.userId)))
          .where(eq(session.idHash, hashSessionId(sessionId)));
        if (!row || row.userStatus !== "active") return [null, null];
        const { workspaceId, userId } = row.session;
        return [asSession(row.session, sessionId), { id: userId, attributes: { workspaceId } }];
      }),
    getUserSessions: (userId) =>
      withSystemTransaction(db, async (tx) =>
        (await tx.select().from(session).where(eq(session.userId, userId))).map((row) => asSession(row, row.idHash)),
      ),
    setSession: ({ id, userId, expiresAt, attributes: { workspaceId, ip, userAgent, absoluteExpiresAt } }) =>
      withSystemTransaction(db, async (tx) => {
        await tx
          .insert(session)
          .values({ workspaceId, idHash: hashSessionId(id), userId, expiresAt, absoluteExpiresAt, ip, userAgent });
      }),
    updateSessionExpiration: (sessionId, expiresAt) =>
      withSystemTransaction(db, async (tx) => {
        await tx
          .update(session)
          .set({ expiresAt, lastSeenAt: new Date() })
          .where(eq(session.idHash, hashSessionId(sessionId)));
      }),
    deleteSession: (sessionId) =>
      withSystemTransaction(db, async (tx) => {
        await tx.delete(session).where(eq(session.idHash, hashSessionId(sessionId)));
      }),
    deleteUserSessions: (userId) =>
      withSystemTransaction(db, async (tx) => {
        await tx.delete(session).where(eq(session.userId, userId));
      }),
    deleteExpiredSessions: () =>
      withSystemTransaction(db, async (tx) => {
        await tx.delete(session).where(lt(session.expiresAt, new Date()));
      }),
  };
}
