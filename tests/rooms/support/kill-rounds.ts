import { connectRoom } from "#app/rooms/provider.ts";
import type { RoomConnection } from "#app/rooms/provider.ts";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { HostProcess } from "./host-process.ts";
import type { HostSettings } from "./host-process.ts";
import { HOST_USER } from "./room-host-ids.ts";

export interface KillReport {
  rounds: number;
  acknowledged: number;
  /** Words the server had called safe that were not there after a restart. */
  lost: string[];
}

interface Writer {
  connection: RoomConnection;
  stop(): void;
}

/**
 * Kills a host without warning while people write, starts it again and looks, with documents that know nothing, for every word
 * the server had called safe.
 */
export async function runKillRounds(
  settings: HostSettings,
  { rounds, writersPerRoom, loadMs }: { rounds: number; writersPerRoom: number; loadMs: () => number },
): Promise<KillReport> {
  const acknowledged = new Map<string, Set<string>>(settings.roomIds.map((id) => [id, new Set()]));
  const report: KillReport = { rounds: 0, acknowledged: 0, lost: [] };
  let host = await HostProcess.start(settings);
  try {
    for (let round = 0; round < rounds; round++) {
      const writers = settings.roomIds.flatMap((roomId) =>
        Array.from({ length: writersPerRoom }, (_, i) =>
          startWriter(host.url, roomId, `r${round}w${i}`, acknowledged.get(roomId)!),
        ),
      );
      await wait(loadMs());
      await host.kill();
      for (const writer of writers) writer.stop();
      host = await HostProcess.start({ ...settings, port: host.port });
      for (const [roomId, words] of acknowledged) report.lost.push(...(await findLost(host.url, roomId, words)));
      report.rounds++;
    }
  } finally {
    await host.kill();
  }
  report.acknowledged = [...acknowledged.values()].reduce((sum, words) => sum + words.size, 0);
  return report;
}

/** Writes a new word every few milliseconds; a word counts as acknowledged when the browser's own copy is thrown away. */
function startWriter(serverUrl: string, roomId: string, name: string, acknowledged: Set<string>): Writer {
  const words = new Map<number, string>();
  let next = 0;
  const connection = connectRoom({
    roomId,
    user: { ...HOST_USER, color: "" },
    serverUrl,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedStore: {
      useEpoch: () => undefined,
      add: () => Promise.resolve(next),
      remove: (keys) => Promise.resolve(keys.forEach((key) => acknowledged.add(words.get(key)!))),
      list: () => Promise.resolve([]),
    },
  });
  const typing = setInterval(() => {
    if (!connection.provider.synced) return;
    const word = `${name}n${++next}`;
    words.set(next, word);
    const text = new Y.XmlText();
    text.insert(0, word);
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [text]);
    connection.doc.getXmlFragment("notes").insert(0, [paragraph]);
  }, 5);
  return {
    connection,
    stop() {
      clearInterval(typing);
      connection.destroy();
    },
  };
}

async function findLost(serverUrl: string, roomId: string, words: ReadonlySet<string>): Promise<string[]> {
  const { doc, provider, destroy } = connectRoom({
    roomId,
    user: { ...HOST_USER, color: "" },
    serverUrl,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
  });
  try {
    for (let waited = 0; !provider.synced; waited += 10) {
      if (waited > 30_000) throw new Error("the room did not open again");
      await wait(10);
    }
    const there = new Set(
      doc
        .getXmlFragment("notes")
        .toArray()
        .map((node) => String((node as Y.XmlElement).get(0))),
    );
    return [...words].filter((word) => !there.has(word));
  } finally {
    destroy();
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
