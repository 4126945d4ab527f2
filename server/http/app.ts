import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { serveStatic } from "@hono/node-server/serve-static";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { HTTPException } from "hono/http-exception";
import { clearedSessionCookies, readSessionCookie, sessionCookie } from "#server/auth/cookie.ts";
import { classifyDatabaseError, DATABASE_UNAVAILABLE } from "#server/core/database-errors.ts";
import { log } from "#server/core/log.ts";
import type { Settings } from "#server/env.ts";
import { createContext, type Services } from "#server/trpc/context.ts";
import { toUnavailableError } from "#server/trpc/init.ts";
import { createCaller, appRouter } from "#server/trpc/router.ts";
import { mountWebForms } from "#server/leads/index.ts";
import { mountImportUpload } from "#server/imports/index.ts";
import { clientAddress, isTlsRequest } from "./client-address.ts";
import type { HttpEnv } from "./env.ts";
import { httpDuration, metrics } from "./metrics.ts";
import { originGuard } from "./origin-guard.ts";
import type { PageContext } from "./page-context.ts";
import { createPageServices } from "./page-services.ts";
import { safeRedirect } from "./safe-redirect.ts";
import { pageContentSecurityPolicy, setSecurityHeaders } from "./security-headers.ts";

interface HttpAppOptions {
  settings: Settings;
  services: Services;
  allowedOrigins(): readonly string[];
  /** Throws or answers false while the database, its migrations or the queue are not usable. */
  isReady(): Promise<boolean>;
  renderPage(request: Request, context: PageContext): Promise<Response>;
  /** Folder of the built browser files. */
  clientDir: string;
}

const TRPC_BODY_LIMIT = 1024 * 1024;

/** Everything that answers over HTTP, guards first. */
export function createHttpApp(options: HttpAppOptions): Hono<HttpEnv> {
  const { settings, services } = options;
  const app = new Hono<HttpEnv>();
  const isTls = (request: IncomingMessage): boolean => isTlsRequest(request, settings.trustedProxies, settings.appUrl);

  app.use(async (c, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    c.set("requestId", requestId);
    await next();
    setSecurityHeaders(c.res.headers, isTls(c.env.incoming));
    c.res.headers.set("x-request-id", requestId);
    const durationMs = performance.now() - started;
    const route = c.req.path.startsWith("/assets/")
      ? "/assets/*"
      : c.req.path.startsWith("/trpc/")
        ? "/trpc/*"
        : "page";
    httpDuration.observe({ method: c.req.method, route, status: String(c.res.status) }, durationMs / 1000);
    if (route !== "/assets/*") {
      log.info(
        { requestId, method: c.req.method, path: c.req.path, status: c.res.status, durationMs: Math.round(durationMs) },
        "request",
      );
    }
  });
  // Forms of other sites: no cookie counts there, so the guard has nothing to protect.
  mountWebForms(app, services.db, services.now, (request) => clientAddress(request, settings.trustedProxies));
  app.use(originGuard(options.allowedOrigins));
  // Hashed files have been compressed by the build; this is for pages and answers. They hold no secret that a guess sent
  // along could be compared with: the session is in the cookie alone.
  app.use(compress({ encoding: "gzip" }));

  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => {
    const isReady = await options.isReady().catch(() => false);
    return isReady ? c.text("ready") : c.text("not ready", 503);
  });
  app.get("/metrics", async (c) => {
    if (!mayReadMetrics(c, settings)) return c.text("forbidden", 403);
    return c.text(await metrics.metrics(), 200, { "content-type": metrics.contentType });
  });

  mountAssets(app, options.clientDir);
  mountTrpc(app, options);
  mountImportUpload(app, services);
  mountPages(app, options, isTls);

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    const isUnavailable = classifyDatabaseError(error) === "unavailable";
    log.error({ err: error, requestId: c.get("requestId"), path: c.req.path }, "request failed");
    if (isUnavailable) return c.text(DATABASE_UNAVAILABLE, 503, { "retry-after": "5" });
    return c.text(`Something went wrong. Request ${c.get("requestId")}`, 500);
  });
  return app;
}

function mayReadMetrics(c: Context<HttpEnv>, settings: Settings): boolean {
  const address = c.env.incoming.socket.remoteAddress ?? "";
  if (settings.metricsToken) return c.req.header("authorization") === `Bearer ${settings.metricsToken}`;
  return address === "127.0.0.1" || address === "::1" || address === "::ffff:127.0.0.1";
}

function mountAssets(app: Hono<HttpEnv>, clientDir: string): void {
  app.use("/assets/*", async (c, next) => {
    await next();
    if (c.res.status === 200) c.res.headers.set("cache-control", "public, max-age=31536000, immutable");
  });
  app.use("/assets/*", serveStatic({ root: clientDir, precompressed: true }));
  app.get("/assets/*", (c) => c.text("not found", 404));
  for (const file of ["/favicon.svg", "/manifest.webmanifest", "/icon-192.png", "/icon-512.png"]) {
    app.use(file, serveStatic({ root: clientDir }));
  }
}

function mountTrpc(app: Hono<HttpEnv>, { services }: HttpAppOptions): void {
  app.use(
    "/trpc/*",
    bodyLimit({ maxSize: TRPC_BODY_LIMIT, onError: (c) => c.json({ error: "This request is too large." }, 413) }),
  );
  app.all("/trpc/*", async (c) => {
    const isJson = c.req.header("content-type")?.split(";")[0] === "application/json";
    if (c.req.method === "POST" && !isJson) return c.json({ error: "Send application/json." }, 415);
    if (c.req.header("x-ringside") !== "1") return c.json({ error: "The header x-ringside is missing." }, 400);
    const response = await fetchRequestHandler({
      endpoint: "/trpc",
      req: c.req.raw,
      router: appRouter,
      createContext: () =>
        createContext(services, c.req.header("cookie"), c.get("requestId")).catch((error: unknown) => {
          throw toUnavailableError(error);
        }),
      maxBatchSize: 20,
    });
    response.headers.set("cache-control", "no-store");
    return response;
  });
}

function mountPages(app: Hono<HttpEnv>, options: HttpAppOptions, isTls: (request: IncomingMessage) => boolean): void {
  const { services, settings } = options;
  app.use("*", bodyLimit({ maxSize: 256 * 1024 }));
  app.all("*", async (c) => {
    if (!["GET", "HEAD", "POST"].includes(c.req.method)) return c.text("method not allowed", 405);
    const requestId = c.get("requestId");
    const incoming = c.env.incoming;
    const trpc = await createContext(services, c.req.header("cookie"), requestId);
    const nonce = randomBytes(16).toString("base64");
    const context: PageContext = {
      nonce,
      requestId,
      caller: createCaller(trpc),
      user: trpc.request?.actor.kind === "user" ? trpc.request.actor : undefined,
      ...createPageServices(services, {
        ip: clientAddress(incoming, settings.trustedProxies),
        requestId,
        userAgent: c.req.header("user-agent")?.slice(0, 300) ?? null,
        cookieFor: (sessionId, expiresAt) => sessionCookie(sessionId, expiresAt, isTls(incoming)),
      }),
      async signOut() {
        const sessionId = readSessionCookie(c.req.header("cookie"));
        if (sessionId) await services.auth.signOut(sessionId);
        return clearedSessionCookies();
      },
      safeRedirect,
    };
    const response = await options.renderPage(withOwnHost(c.req.raw), context);
    if (response.headers.get("content-type")?.startsWith("text/html")) {
      // CSP has no syntax for IPv6 hosts.
      const sockets = options
        .allowedOrigins()
        .filter((origin) => !origin.includes("["))
        .map((origin) => origin.replace(/^http/, "ws"));
      response.headers.set("content-security-policy", pageContentSecurityPolicy(nonce, sockets));
    }
    response.headers.set("cache-control", "no-store");
    return response;
  });
}

/**
 * Remix refuses a form whose Origin is not the Host, which a proxy may have changed. The guard in front has compared the
 * Origin with our own addresses already.
 */
function withOwnHost(request: Request): Request {
  const origin = request.headers.get("origin");
  if (request.method !== "POST" || !origin) return request;
  const headers = new Headers(request.headers);
  headers.set("host", new URL(origin).host);
  headers.delete("x-forwarded-host");
  return new Request(request, { headers });
}
