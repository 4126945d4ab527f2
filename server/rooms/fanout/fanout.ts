/** News of a room for the other processes. It is a hint: what is missed is read from the log. */
export type RoomNews =
  | { kind: "durable"; roomId: string; seq: number }
  | { kind: "presence"; roomId: string; states: Uint8Array }
  /** A version was restored: whoever has the room in memory has the wrong document. */
  | { kind: "epoch"; roomId: string };

/** Carries news between web processes. Correctness never depends on it. */
export interface RoomFanout {
  /** False when there is no other process, so nobody needs to look at the log before answering. */
  readonly isShared: boolean;
  /** Returns at once; a driver may gather news and may lose presence. */
  publish(news: RoomNews): void;
  /** News of the other processes, not of this one. */
  subscribe(hear: (news: RoomNews) => void): () => void;
  close(): Promise<void>;
}

/** For one process: the embedded database, or a single web server. */
export function createLocalFanout(): RoomFanout {
  return {
    isShared: false,
    publish: () => undefined,
    subscribe: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
