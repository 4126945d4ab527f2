import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "#db/client.ts";
import { migrate, migratePostgres } from "#db/migrate.ts";
import { HostProcess } from "#tests/rooms/support/host-process.ts";
import { ServerChild } from "../support/child.ts";
import { SERVER_CORE } from "../support/cores.ts";
import { freePort } from "../support/free-port.ts";

/** A room server to be measured. Each start serves new, empty rooms on the storage it already has. */
export interface Target {
  name: string;
  start(rooms: number): Promise<{ roomUrls: string[]; kill(): Promise<void> }>;
}

const require = createRequire(import.meta.url);
const tsx = require.resolve("tsx");
const listening = /(?:ready on|on port) (\d+)/;

/** Forwards frames and knows nothing: what the sockets and the machine cost. */
export const floor: Target = {
  name: "relay (floor)",
  start: (rooms) =>
    startPlain(rooms, [
      process.execPath,
      "--import",
      tsx,
      fileURLToPath(new URL("./floor-server.ts", import.meta.url)),
    ]),
};

/** The stock Yjs server, as its own command starts it; with `folder` it stores in LevelDB. */
export function stockServer(folder?: string): Target {
  const command = join(dirname(require.resolve("@y/websocket-server/package.json")), "src", "server.js");
  return {
    name: folder ? "y-websocket-server, LevelDB" : "y-websocket-server, memory",
    start: async (rooms) => {
      const port = await freePort();
      const env = { HOST: "127.0.0.1", PORT: String(port), ...(folder ? { YPERSISTENCE: folder } : {}) };
      return startPlain(rooms, [process.execPath, command], env);
    },
  };
}

/** Ours, on the embedded database of `dataDir`. */
export async function oursEmbedded(dataDir: string): Promise<Target> {
  const handle = await openDatabase({ dataDir });
  await migrate(handle);
  await handle.close();
  return { name: "Ringside, embedded", start: (rooms) => startOurs(rooms, { dataDir }) };
}

/** Ours, on the PostgreSQL database of `url`. */
export async function oursOnPostgres(url: string): Promise<Target> {
  await migratePostgres(url);
  return { name: "Ringside, PostgreSQL", start: (rooms) => startOurs(rooms, { url }) };
}

async function startOurs(rooms: number, database: { dataDir: string } | { url: string }) {
  const roomIds = roomNames(rooms);
  const host = await HostProcess.start({ roomIds, database, core: SERVER_CORE });
  return { roomUrls: roomIds.map((id) => `${host.url}/${id}?x=1&schema=1`), kill: () => host.kill() };
}

async function startPlain(rooms: number, command: [string, ...string[]], env: Record<string, string> = {}) {
  const child = await ServerChild.start({ command, env, ready: listening });
  const port = listening.exec(child.output)![1]!;
  return { roomUrls: roomNames(rooms).map((id) => `ws://127.0.0.1:${port}/${id}`), kill: () => child.kill() };
}

const roomNames = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
