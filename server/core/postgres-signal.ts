import type { Sql } from "postgres";
import { log } from "./log.ts";
import { createLocalSignal, type Signal, type SignalChannel } from "./signal.ts";

const CHANNEL = "ringside";

/**
 * Driver for several processes on one PostgreSQL: hints go out on a connection of their own, at most one per channel and turn of
 * the event loop, never inside a transaction. A lost hint costs one poll interval.
 */
export async function createPostgresSignal(client: Sql): Promise<Signal> {
  const local = createLocalSignal();
  const pending = new Set<SignalChannel>();
  const listening = await client.listen(CHANNEL, (channel) => local.notify(channel as SignalChannel));
  return {
    notify(channel) {
      if (pending.has(channel)) return;
      pending.add(channel);
      setImmediate(() => {
        pending.delete(channel);
        client.notify(CHANNEL, channel).catch((error: unknown) => {
          log.warn({ err: error }, "wake-up hint not sent");
          local.notify(channel);
        });
      });
    },
    subscribe: (channel, wake) => local.subscribe(channel, wake),
    async close() {
      await listening.unlisten().catch(() => undefined);
      await local.close();
    },
  };
}
