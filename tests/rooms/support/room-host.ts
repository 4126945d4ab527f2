// A process that hosts rooms and nothing else, for tests and measurements that kill it or load it from outside.
// Settings: HOST_PORT, HOST_ROOMS (ids, comma-separated), and DATABASE_URL or DATA_DIR as the product has them.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { openDatabase } from "#db/client.ts";
import { appUser, room, workspace } from "#db/schema/index.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import type { RoomAuthority } from "#server/rooms/admission.ts";
import { createDatabaseRoomStore, createRoomMetrics, createRoomServer, RoomCompactor } from "#server/rooms/index.ts";
import { HOST_USER, HOST_WORKSPACE } from "./room-host-ids.ts";

const { HOST_PORT = "0", HOST_ROOMS = "", DATABASE_URL, DATA_DIR = "" } = process.env;
const roomIds = HOST_ROOMS.split(",");

const handle = await openDatabase({ dataDir: DATA_DIR, ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}) });
await withSystemTransaction(handle.db, async (tx) => {
  const workspaceId = HOST_WORKSPACE;
  await tx.insert(workspace).values({ id: workspaceId, name: "Host" }).onConflictDoNothing();
  await tx
    .insert(appUser)
    .values({ ...HOST_USER, workspaceId, email: "host@x.test", role: "rep" })
    .onConflictDoNothing();
  const rooms = roomIds.map((id) => ({ id, workspaceId, subjectType: "account" as const, subjectId: id }));
  await tx.insert(room).values(rooms).onConflictDoNothing();
});

const authority: RoomAuthority = {
  isOriginAllowed: () => true,
  authorize: (_, roomId) =>
    Promise.resolve({
      workspaceId: HOST_WORKSPACE,
      roomId,
      subjectId: roomId,
      userId: HOST_USER.id,
      name: HOST_USER.name,
      color: "#123",
      role: "write",
      sessionId: "host",
    }),
  recheck: () => Promise.resolve("write"),
};
const metrics = createRoomMetrics(new Registry());
const rooms = createRoomServer({
  store: createDatabaseRoomStore(handle.db),
  authority,
  log,
  metrics,
  compactor: new RoomCompactor({ db: handle.db, log, metrics }),
  limits: {
    upgradesPerMinute: 1e6,
    maxRoomsPerUser: 1e6,
    maxPeersPerRoom: 1_000,
    messageBurst: 1e6,
    roomMessageBurst: 1e6,
  },
});
const http = createServer();
http.on("upgrade", (request, socket, head) => rooms.handle(request, socket, head));
http.listen(Number(HOST_PORT), "127.0.0.1", () => {
  process.send?.({ port: (http.address() as AddressInfo).port });
});
process.on("message", (question) => {
  if (question === "usage") process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage() });
});
process.on("disconnect", () => process.exit(0));
