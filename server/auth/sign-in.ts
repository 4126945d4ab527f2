import { asc, eq } from "drizzle-orm";
import type { Lucia } from "lucia";
import { z } from "zod";
import type { Database } from "#db/client.ts";
import { appUser } from "#db/schema/index.ts";
import type { RequestContext, UserActor } from "#server/core/context.ts";
import { requireUser } from "#server/core/context.ts";
import { UnauthenticatedError } from "#server/core/errors.ts";
import { emitEvent } from "#server/core/events.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { loadActor } from "./load-actor.ts";
import { isPasswordCorrect } from "./password.ts";
import { ABSOLUTE_DAYS, createLucia, hashSessionId } from "./session-adapter.ts";
import { endSessions } from "./sessions.ts";
import { admitSignIn } from "./throttle.ts";

export const SignInInput = z.object({
  email: z.string().trim().toLowerCase().min(1).max(254),
  password: z.string().min(1).max(1024),
});

/** Where a request came from, for throttling and the list of sessions. */
export interface Origin {
  ip: string;
  userAgent: string | null;
  requestId: string;
}

export interface Authentication {
  workspaceId: string;
  actor: UserActor;
}

/** How long a request may still be answered from an earlier check of the same cookie. Sign-outs here clear it at once. */
const CACHE_MS = 2_000;

/** Everything that turns a cookie or a password into a person. One per process. */
export interface Auth {
  /** @returns the value for the cookie. @throws UnauthenticatedError, the same for an unknown address and a wrong password; LimitError. */
  signIn(input: z.infer<typeof SignInInput>, origin: Origin): Promise<{ sessionId: string; expiresAt: Date }>;
  authenticate(sessionId: string): Promise<Authentication | undefined>;
  signOut(sessionId: string): Promise<void>;
  /** Ends the person's other sessions. @returns how many. */
  signOutEverywhereElse(ctx: RequestContext): Promise<number>;
  /** Drops what is remembered of cookies, after a role or team changed. */
  forget(): void;
}

export function createAuth(db: Database, now: () => Date = () => new Date()): Auth {
  const lucia: Lucia<Record<never, never>, { workspaceId: string }> = createLucia(db);
  const cache = new Map<string, { until: number; found: Authentication | undefined }>();

  const contextFor = (workspaceId: string, actor: UserActor, requestId: string): RequestContext => ({
    db,
    workspaceId,
    actor,
    requestId,
    log: log.child({ requestId }),
    now,
  });

  return {
    async signIn({ email, password }, origin) {
      const attempt = await admitSignIn(db, email, origin.ip, now());
      const candidates = await withSystemTransaction(db, (tx) =>
        tx
          .select({
            workspaceId: appUser.workspaceId,
            id: appUser.id,
            passwordHash: appUser.passwordHash,
            status: appUser.status,
          })
          .from(appUser)
          .where(eq(appUser.email, email))
          .orderBy(asc(appUser.createdAt))
          .limit(5),
      );
      const usable = candidates.filter(({ status }) => status === "active");
      let found: (typeof candidates)[number] | undefined;
      for (const candidate of usable.length > 0
        ? usable
        : [{ passwordHash: null, workspaceId: "", id: "", status: "active" as const }]) {
        if (await isPasswordCorrect(candidate.passwordHash, password)) found = candidate;
      }
      if (!found) {
        log.info({ requestId: origin.requestId, ip: origin.ip }, "sign-in refused");
        throw new UnauthenticatedError("The e-mail address or the password is wrong.");
      }
      await attempt.succeeded();
      const absoluteExpiresAt = new Date(now().getTime() + ABSOLUTE_DAYS * 86_400_000);
      const { workspaceId, id: userId } = found;
      const created = await lucia.createSession(userId, {
        workspaceId,
        ip: origin.ip,
        userAgent: origin.userAgent,
        absoluteExpiresAt,
      });
      const actor = await loadActor(db, workspaceId, userId, hashSessionId(created.id));
      if (!actor) throw new UnauthenticatedError("The e-mail address or the password is wrong.");
      await withTransaction(contextFor(workspaceId, actor, origin.requestId), (ctx) =>
        emitEvent(ctx, { type: "user.signed_in", subject: { type: "user", id: userId } }),
      );
      return { sessionId: created.id, expiresAt: absoluteExpiresAt };
    },

    async authenticate(sessionId) {
      if (sessionId.length < 20 || sessionId.length > 128) return undefined;
      const key = hashSessionId(sessionId);
      const remembered = cache.get(key);
      if (remembered && remembered.until > Date.now()) return remembered.found;
      const { session: valid, user } = await lucia.validateSession(sessionId);
      const actor = valid && user ? await loadActor(db, user.workspaceId, user.id, key) : undefined;
      const found = actor && user ? { workspaceId: user.workspaceId, actor } : undefined;
      if (cache.size > 10_000) cache.clear();
      cache.set(key, { until: Date.now() + CACHE_MS, found });
      return found;
    },

    async signOut(sessionId) {
      const who = await this.authenticate(sessionId);
      await lucia.invalidateSession(sessionId);
      cache.delete(hashSessionId(sessionId));
      if (!who) return;
      await withTransaction(contextFor(who.workspaceId, who.actor, "sign-out"), (ctx) =>
        emitEvent(ctx, {
          type: "user.signed_out",
          subject: { type: "user", id: who.actor.userId },
          data: { sessionIdHashes: [hashSessionId(sessionId)] },
        }),
      );
    },

    async signOutEverywhereElse(ctx) {
      const { userId, sessionIdHash } = requireUser(ctx);
      cache.clear();
      return withTransaction(ctx, (ctx) => endSessions(ctx, userId, sessionIdHash));
    },

    forget: () => cache.clear(),
  };
}
