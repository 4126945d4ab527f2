import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import type { Logger } from "#server/core/log.ts";
import type { RoomFanout, RoomNews } from "./fanout.ts";

const CHANNEL = "ringside_rooms";
// PostgreSQL's limit is 8,000 bytes for one notification.
const MAX_PAYLOAD = 7_500;
const GATHER_MS = 2;
// Presence of a room travels no more often than this; a database is not made for cursors.
const PRESENCE_MS = 200;

interface Payload {
  from: string;
  /** Rooms and the log positions they reached. */
  durable?: [roomId: string, seq: number][];
  presence?: [roomId: string, states: string];
  epoch?: string;
}

/**
 * News between web processes through one PostgreSQL, on a connection of its own and never inside a transaction that writes:
 * a notification takes a lock that all commits wait for. Good for a few processes; beyond, a broker is.
 * @param client a client with one connection, which the caller closes
 */
export async function createPostgresFanout(client: Sql, log: Logger): Promise<RoomFanout> {
  const self = randomBytes(9).toString("base64");
  const listeners = new Set<(news: RoomNews) => void>();
  const durable = new Map<string, number>();
  const presence = new Map<string, Uint8Array>();
  const timers = new Set<NodeJS.Timeout>();

  const listening = await client.listen(CHANNEL, (text) => {
    const payload = JSON.parse(text) as Payload;
    if (payload.from === self) return;
    for (const news of toNews(payload)) for (const hear of listeners) hear(news);
  });

  function send(payload: Omit<Payload, "from">): void {
    const text = JSON.stringify({ from: self, ...payload });
    // Presence of a crowd: the next tick brings less, or the people there speak again.
    if (text.length > MAX_PAYLOAD) return;
    client.notify(CHANNEL, text).catch((error: unknown) => log.warn({ err: error }, "room news not sent"));
  }

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }

  function sendDurable(): void {
    const all = [...durable];
    durable.clear();
    const perMessage = Math.floor((MAX_PAYLOAD - 100) / 60);
    for (let at = 0; at < all.length; at += perMessage) send({ durable: all.slice(at, at + perMessage) });
  }

  return {
    isShared: true,
    publish(news) {
      if (news.kind === "epoch") return send({ epoch: news.roomId });
      if (news.kind === "durable") {
        if (durable.size === 0) later(GATHER_MS, sendDurable);
        durable.set(news.roomId, news.seq);
        return;
      }
      const { roomId } = news;
      if (!presence.has(roomId)) {
        later(PRESENCE_MS, () => {
          send({ presence: [roomId, Buffer.from(presence.get(roomId)!).toString("base64")] });
          presence.delete(roomId);
        });
      }
      presence.set(roomId, news.states);
    },
    subscribe(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await listening.unlisten().catch(() => undefined);
    },
  };
}

function toNews({ durable = [], presence, epoch }: Payload): RoomNews[] {
  const news: RoomNews[] = durable.map(([roomId, seq]) => ({ kind: "durable", roomId, seq }));
  if (presence) {
    const [roomId, states] = presence;
    news.push({ kind: "presence", roomId, states: new Uint8Array(Buffer.from(states, "base64")) });
  }
  if (epoch) news.push({ kind: "epoch", roomId: epoch });
  return news;
}
