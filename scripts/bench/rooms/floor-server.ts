// The least a room server can do: hand each frame with edits to everybody else in the room. No document, no checks, no storage.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

const SYNC = 0;
const STEP_1 = 0;
const UPDATE = 2;
/** Answers a client's step 1: nothing that it lacks. */
const NOTHING_NEW = Uint8Array.of(SYNC, 1, 2, 0, 0);

const rooms = new Map<string, Set<WebSocket>>();
const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket, { url = "" }) => {
  const path = url.split("?", 1)[0]!;
  const peers = rooms.get(path) ?? new Set();
  rooms.set(path, peers.add(socket));
  socket.on("close", () => peers.delete(socket));
  socket.on("message", (frame: Buffer) => {
    if (frame[0] !== SYNC) return;
    if (frame[1] === STEP_1) socket.send(NOTHING_NEW);
    if (frame[1] !== UPDATE) return;
    for (const peer of peers) if (peer !== socket) peer.send(frame);
  });
});
http.listen(0, "127.0.0.1", () => console.log(`ready on ${(http.address() as AddressInfo).port}`));
