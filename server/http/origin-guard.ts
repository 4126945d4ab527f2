import type { MiddlewareHandler } from "hono";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a browser page of one of our own origins may have sent this; the Host header and X-Forwarded-* have no say. */
export function isSameOriginRequest(
  headers: { origin: string | undefined; fetchSite: string | undefined },
  allowed: readonly string[],
): boolean {
  const { origin, fetchSite } = headers;
  if (fetchSite !== undefined && fetchSite !== "same-origin" && fetchSite !== "none") return false;
  if (origin !== undefined) return allowed.includes(origin);
  return fetchSite !== undefined;
}

/** Refuses every change that did not come from one of our own pages (ASVS V3.5.1), in front of everything else. */
export const originGuard =
  (allowedOrigins: () => readonly string[]): MiddlewareHandler =>
  async (c, next) => {
    if (SAFE.has(c.req.method)) return next();
    const origin = c.req.header("origin");
    if (isSameOriginRequest({ origin, fetchSite: c.req.header("sec-fetch-site") }, allowedOrigins())) return next();
    return c.json({ error: "This request did not come from a page of this server (Origin not allowed)." }, 403);
  };
