import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { connectRoom } from "#app/rooms/provider.ts";
import type { ConnectRoomOptions, RoomConnection } from "#app/rooms/provider.ts";
import type { KeptEdit, UnsavedStore } from "#app/rooms/unsaved-store.ts";
import type { Person } from "./room-world.ts";

/** The product's own client, as the browser runs it. */
export function ourClient(
  serverUrl: string,
  roomId: string,
  person: Person,
  options: Partial<ConnectRoomOptions> = {},
): RoomConnection {
  const connection = connectRoom({
    roomId,
    user: { ...person, color: "#abc" },
    serverUrl,
    params: { user: person.id, ...options.params },
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedStore: memoryStore(),
    ...options,
  });
  onTestFinished(() => connection.destroy());
  return connection;
}

/** What the browser's own storage does, in memory; `kept` survives the connection. */
export function memoryStore(kept = new Map<number, KeptEdit>()): UnsavedStore {
  let epoch = 0;
  let next = Math.max(0, ...kept.keys());
  return {
    useEpoch: (value) => void (epoch = value),
    add: (update) => {
      kept.set(++next, { key: next, epoch, update });
      return Promise.resolve(next);
    },
    remove: (keys) => Promise.resolve(keys.forEach((key) => kept.delete(key))),
    list: () => Promise.resolve([...kept.values()]),
  };
}
