import { createServer, type RequestListener, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { sql } from "drizzle-orm";
import type { DatabaseHandle } from "#db/client.ts";
import { createAuth, type Auth } from "#server/auth/sign-in.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { Settings } from "#server/env.ts";
import { createHttpApp } from "#server/http/app.ts";
import { metrics } from "#server/http/metrics.ts";
import type { PageContext } from "#server/http/page-context.ts";
import { createTrpcSockets, routeUpgrades, type TrpcSockets } from "#server/http/upgrade.ts";
import { startLiveHub } from "#server/live/hub.ts";
import { startRooms } from "#server/rooms/index.ts";
import { useLiveHub } from "#server/live/router.ts";
import type { Services } from "#server/trpc/context.ts";

interface WebOptions {
  settings: Settings;
  handle: DatabaseHandle;
  pollMs: number;
  clientDir: string;
  renderPage(request: Request, context: PageContext): Promise<Response>;
}

export interface WebProcess {
  /** The address that people open. */
  url: string;
  stop(): Promise<void>;
}

/** How long open requests may take to finish at shutdown. */
const GRACE_MS = 8_000;

/** Starts everything that answers on the port. @throws Error that names the port when it is taken. */
export async function startWeb(options: WebOptions): Promise<WebProcess> {
  const { settings, handle, pollMs } = options;
  const { db } = handle;
  const auth = createAuth(db);
  const services: Services = { db, auth, now: () => new Date() };
  const hub = await startLiveHub(db, pollMs);
  useLiveHub(hub);

  let origins: string[] = [];
  const allowedOrigins = (): readonly string[] => origins;
  const app = createHttpApp({ ...options, services, allowedOrigins, isReady: () => isReady(handle) });
  const server = createServer(toListener(app));
  server.requestTimeout = 10 * 60_000;
  server.headersTimeout = 30_000;
  const sockets = createTrpcSockets(services, allowedOrigins);
  const rooms = startRooms({ services, hub, registry: metrics, allowedOrigins });
  routeUpgrades(server, [sockets, rooms]);
  const unfollow = hub.onEvents((events) => followAccessChanges(events, sockets, auth));

  const port = await listen(server, settings);
  origins = settings.appUrl ? [new URL(settings.appUrl).origin] : localOrigins(settings.host, port);
  return {
    url: settings.appUrl ?? origins[0]!,
    async stop() {
      unfollow();
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([sockets.close(), rooms.close()]);
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(impatience);
      await hub.stop();
    },
  };
}

/** node:http ignores what a listener returns; Hono answers its own failures. */
function toListener(app: { fetch: Parameters<typeof getRequestListener>[0] }): RequestListener {
  const answer = getRequestListener(app.fetch);
  return (request, response) => void answer(request, response);
}

function listen(server: Server, { host, port }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(
        isTaken ? new Error(`Port ${port} on ${host} is taken by another program. Set PORT to another one.`) : error,
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function localOrigins(host: string, port: number): string[] {
  const names = ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"].includes(host)
    ? ["localhost", "127.0.0.1", "[::1]"]
    : [host];
  return names.map((name) => `http://${name}${port === 80 ? "" : `:${port}`}`);
}

async function isReady({ db, sql: client }: DatabaseHandle): Promise<boolean> {
  await withSystemTransaction(db, (tx) => tx.execute(sql`select 1 from event_consumer limit 1`));
  const [queue] = await client`select to_regclass('pgboss.job') is not null as is_there`;
  return queue?.is_there === true;
}

type AccessEvent = { type: string; subject: { type: string; id: string }; sessionIdHashes?: string[] };

/** Signed-out sessions and people whose role or team changed lose their sockets and come back with what they may do now. */
function followAccessChanges(events: AccessEvent[], sockets: TrpcSockets, auth: Auth): void {
  for (const event of events) {
    if (event.type === "user.access_changed") {
      auth.forget();
      sockets.disconnect({ userIds: new Set([event.subject.id]) });
    } else if (event.type === "team.access_changed") {
      auth.forget();
      sockets.disconnect({ everybody: true });
    } else if (event.type === "user.signed_out") {
      auth.forget();
      sockets.disconnect({ sessionIdHashes: new Set(event.sessionIdHashes ?? []) });
    }
  }
}
