import type { Database } from "#db/client.ts";
import type { Auth } from "#server/auth/sign-in.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { readSessionCookie } from "#server/auth/cookie.ts";
import type { TrpcContext } from "./init.ts";

/** What every request needs of the process. */
export interface Services {
  db: Database;
  auth: Auth;
  now(): Date;
}

/** The caller behind a cookie header: a signed-in person with his rights, or nobody. */
export async function createContext(
  services: Services,
  cookieHeader: string | undefined,
  requestId: string,
): Promise<TrpcContext> {
  const sessionId = readSessionCookie(cookieHeader);
  const who = sessionId ? await services.auth.authenticate(sessionId) : undefined;
  const request: RequestContext | undefined = who && {
    db: services.db,
    workspaceId: who.workspaceId,
    actor: who.actor,
    requestId,
    log: log.child({ requestId, userId: who.actor.userId }),
    now: services.now,
  };
  return { request, requestId, auth: services.auth };
}
