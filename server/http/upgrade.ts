import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer, type WebSocket } from "ws";
import { randomUUID } from "node:crypto";
import { createContext, type Services } from "#server/trpc/context.ts";
import type { TrpcContext } from "#server/trpc/init.ts";
import { appRouter } from "#server/trpc/router.ts";
import { isSameOriginRequest } from "./origin-guard.ts";

/** A socket endpoint of its own path, asked before the handshake completes. */
export interface UpgradeRoute {
  matches(path: string): boolean;
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function refuseUpgrade(socket: Duplex, status: 400 | 401 | 403 | 404 | 429 | 503, reason: string): void {
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Sends each upgrade to its route; unknown paths and foreign origins get a plain HTTP refusal and no socket. */
export function routeUpgrades(server: Server, routes: UpgradeRoute[]): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const path = (request.url ?? "/").split("?", 1)[0]!;
    const route = routes.find((candidate) => candidate.matches(path));
    if (!route) return refuseUpgrade(socket, 404, "Not Found");
    route.handle(request, socket, head);
  });
}

export interface TrpcSockets extends UpgradeRoute {
  /** Ends the sockets of these sessions or users; browsers come back and find out what they may still see. */
  disconnect(who: { sessionIdHashes?: ReadonlySet<string>; userIds?: ReadonlySet<string>; everybody?: boolean }): void;
  close(): Promise<void>;
}

const MAX_PAYLOAD = 256 * 1024;

/** Queries, mutations and live subscriptions over one socket per tab. */
export function createTrpcSockets(services: Services, allowedOrigins: () => readonly string[]): TrpcSockets {
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });
  const contexts = new WeakMap<IncomingMessage, TrpcContext>();
  const open = new Map<WebSocket, TrpcContext>();
  const handler = applyWSSHandler({
    wss,
    router: appRouter,
    createContext: ({ req }) => contexts.get(req as IncomingMessage)!,
    keepAlive: { enabled: true, pingMs: 30_000, pongWaitMs: 10_000 },
  });
  return {
    matches: (path) => path === "/trpc",
    handle(request, socket, head) {
      if (!isSameOriginRequest({ origin: request.headers.origin, fetchSite: undefined }, allowedOrigins())) {
        return refuseUpgrade(socket, 403, "Forbidden");
      }
      createContext(services, request.headers.cookie, randomUUID()).then(
        (context) => {
          if (!context.request) return refuseUpgrade(socket, 401, "Unauthorized");
          contexts.set(request, context);
          wss.handleUpgrade(request, socket, head, (ws) => {
            open.set(ws, context);
            ws.on("close", () => open.delete(ws));
            wss.emit("connection", ws, request);
          });
        },
        () => refuseUpgrade(socket, 503, "Service Unavailable"),
      );
    },
    disconnect({ sessionIdHashes, userIds, everybody = false }) {
      for (const [ws, { request }] of open) {
        if (request?.actor.kind !== "user") continue;
        const { sessionIdHash, userId } = request.actor;
        if (everybody || (sessionIdHash && sessionIdHashes?.has(sessionIdHash)) || userIds?.has(userId))
          ws.close(4401, "session changed");
      }
    },
    async close() {
      handler.broadcastReconnectNotification();
      for (const ws of open.keys()) ws.close(1012, "restart");
      await new Promise((resolve) => wss.close(resolve));
    },
  };
}
