import { EventEmitter } from "node:events";
import { outsideTransaction } from "#db/fenced-sql.ts";

/** A hint that there is news, never the news itself: followers read the log. */
export type SignalChannel = "inbox" | "log";
export interface Signal {
  notify(channel: SignalChannel): void;
  subscribe(channel: SignalChannel, wake: () => void): () => void;
  close(): Promise<void>;
}

/** Driver for one process (the embedded database, and each web process for its own commits). */
export function createLocalSignal(): Signal {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    // Whoever wakes does not wait for the transaction that may still be open around this one.
    notify: (channel) => void outsideTransaction(() => setImmediate(() => emitter.emit(channel))),
    subscribe(channel, wake) {
      emitter.on(channel, wake);
      return () => emitter.off(channel, wake);
    },
    close: () => Promise.resolve(void emitter.removeAllListeners()),
  };
}

export interface EmittedFlag {
  value: boolean;
}

let processSignal: Signal = createLocalSignal();

/** Set once at start-up; with PostgreSQL a driver that also reaches the other processes. */
export const useSignal = (signal: Signal): void => void (processSignal = signal);
export const currentSignal = (): Signal => processSignal;

export function wakeFollowersAfterCommit(emitted: EmittedFlag): void {
  if (emitted.value) processSignal.notify("inbox");
}
