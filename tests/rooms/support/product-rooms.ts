import { randomBytes } from "node:crypto";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Database } from "#db/client.ts";
import { session } from "#db/schema/index.ts";
import { createAuth } from "#server/auth/sign-in.ts";
import { hashSessionId } from "#server/auth/session-adapter.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import {
  createDatabaseRoomStore,
  createRoomAuthority,
  createRoomMetrics,
  RoomCompactor,
  useCompactor,
} from "#server/rooms/index.ts";
import type { World } from "#tests/setup/assistant-world.ts";
import { serveRooms } from "./room-world.ts";

export const ORIGIN = "https://crm.example";

/** The rooms as the product runs them: sessions, record rights, compaction. */
export async function serveProductRooms(world: World, now: () => Date = () => new Date()) {
  const { db } = world;
  const metrics = createRoomMetrics(new Registry());
  const compactor = new RoomCompactor({ db, log, metrics });
  onTestFinished(() => compactor.stop());
  useCompactor(compactor);
  const auth = createAuth(db, now);
  const authority = createRoomAuthority({
    db,
    now,
    allowedOrigins: () => [ORIGIN],
    authenticate: (sessionId) => auth.authenticate(sessionId),
  });
  const limits = { shutdownWaveMs: 0, deriveAfterMs: 100 };
  const served = await serveRooms({ store: createDatabaseRoomStore(db), authority, log, metrics, compactor, limits });
  return { served, compactor, auth };
}

/** Signs a person in. @returns the value of the session's cookie */
export async function signIn(db: Database, workspaceId: string, userId: string): Promise<string> {
  const sessionId = randomBytes(25).toString("hex");
  const expiresAt = new Date(Date.now() + 3_600_000);
  await withSystemTransaction(db, (tx) =>
    tx
      .insert(session)
      .values({ workspaceId, idHash: hashSessionId(sessionId), userId, expiresAt, absoluteExpiresAt: expiresAt }),
  );
  return sessionId;
}

/** A WebSocket class that sends a session's cookie, as a browser page of the product does. */
export function browserSocket(sessionId: string, origin = ORIGIN): typeof globalThis.WebSocket {
  const headers = { cookie: `ringside_session=${sessionId}`, origin };
  const Socket = class extends WebSocket {
    constructor(url: string) {
      super(url, { headers });
    }
  };
  return Socket as unknown as typeof globalThis.WebSocket;
}
