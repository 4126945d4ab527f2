import { connectRoom } from "#app/rooms/provider.ts";
import type { ConnectRoomOptions, RoomConnection } from "#app/rooms/provider.ts";
import { WebSocket } from "ws";
import * as Y from "yjs";

/** What is killed and started again on the same data. */
export interface KillTarget {
  roomIds: readonly string[];
  start(): Promise<RunningTarget>;
}

export interface RunningTarget {
  /** How a client reaches it. */
  access: Pick<ConnectRoomOptions, "user" | "serverUrl" | "WebSocket">;
  /** Ends it and all it started, without a chance to save anything. */
  kill(): Promise<void>;
  /** Ends its database alone. */
  killDatabase?(): Promise<void>;
}

export interface KillPlan {
  rounds: number;
  writersPerRoom: number;
  loadMs: () => number;
  /** Between two words of a writer. */
  wordMs?: number;
  /** Rounds in which the database alone is killed first, and comes back under load. */
  killsDatabase?: (round: number) => boolean;
  onRound?: (report: Readonly<KillReport>) => void;
}

export interface KillReport {
  rounds: number;
  databaseKills: number;
  acknowledged: number;
  /** Words the server had called safe that were not there after a restart. */
  lost: string[];
}

type RoomAccess = RunningTarget["access"] & { roomId: string };
const plainSocket = { WebSocket: WebSocket as unknown as typeof globalThis.WebSocket };

interface Writer {
  connection: RoomConnection;
  stop(): void;
}

const PATIENCE_MS = 120_000;

/**
 * Kills a server without warning while people write, starts it again and looks, with documents that know nothing, for every
 * word it had called safe.
 */
export async function runKillRounds(target: KillTarget, plan: KillPlan): Promise<KillReport> {
  const { rounds, writersPerRoom, loadMs, wordMs = 5, killsDatabase = () => false } = plan;
  const acknowledged = new Map<string, Set<string>>(target.roomIds.map((id) => [id, new Set()]));
  const count = (): number => [...acknowledged.values()].reduce((sum, words) => sum + words.size, 0);
  const report: KillReport = { rounds: 0, databaseKills: 0, acknowledged: 0, lost: [] };
  let running = await target.start();
  try {
    for (let round = 0; round < rounds; round++) {
      const { access } = running;
      const before = count();
      const writers = target.roomIds.flatMap((roomId) =>
        Array.from({ length: writersPerRoom }, (_, i) =>
          startWriter({ ...access, roomId }, `r${round}w${i}`, acknowledged.get(roomId)!, wordMs),
        ),
      );
      await waitUntil(() => count() > before, "nothing was saved");
      await wait(loadMs());
      if (running.killDatabase && killsDatabase(round)) {
        await running.killDatabase();
        report.databaseKills++;
        const then = count();
        // A few may have been on their way already.
        await waitUntil(() => count() > then + 10 * writers.length, "the database did not come back");
        await wait(loadMs());
      }
      await running.kill();
      for (const writer of writers) writer.stop();
      running = await target.start();
      for (const [roomId, words] of acknowledged)
        report.lost.push(...(await findLost({ ...running.access, roomId }, words)));
      report.rounds++;
      report.acknowledged = count();
      plan.onRound?.(report);
    }
  } finally {
    await running.kill();
  }
  return report;
}

/** Writes a new word every few milliseconds; a word counts as acknowledged when the browser's own copy is thrown away. */
function startWriter(access: RoomAccess, name: string, acknowledged: Set<string>, wordMs: number): Writer {
  const words = new Map<number, string>();
  let next = 0;
  const connection = connectRoom({
    ...plainSocket,
    ...access,
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
    connection.doc.getXmlFragment("notes").push([paragraph]);
  }, wordMs);
  return {
    connection,
    stop() {
      clearInterval(typing);
      connection.destroy();
    },
  };
}

async function findLost(access: RoomAccess, words: ReadonlySet<string>): Promise<string[]> {
  const { doc, provider, destroy } = connectRoom({ ...plainSocket, ...access });
  try {
    await waitUntil(() => provider.synced, "the room did not open again");
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

async function waitUntil(isSo: () => boolean, otherwise: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > until) throw new Error(otherwise);
    await wait(10);
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
