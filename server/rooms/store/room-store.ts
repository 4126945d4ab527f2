import type { RoomUpdateKind } from "#db/schema/rooms.ts";
import type { StoredState } from "../update/room-state.ts";

export interface RoomKey {
  workspaceId: string;
  roomId: string;
}

/** Owner of what the product itself wrote (templates); no person has this id. Stored as null. */
export const PRODUCT = "product";

/** A client id, the user whose words it writes, and the epoch in which it was first used. */
export interface Claim {
  client: number;
  userId: string;
  epoch: number;
}

export interface LoggedUpdate {
  seq: number;
  bytes: Uint8Array;
}

export interface StoredSnapshot extends StoredState {
  uptoSeq: number;
}

export interface LoadedRoom {
  epoch: number;
  schemaVersion: number;
  headSeq: number;
  derivedSeq: number;
  snapshot: StoredSnapshot | null;
  /** What the log holds beyond the snapshot, in order. */
  updates: LoggedUpdate[];
  claims: Claim[];
}

export interface NewUpdate {
  key: RoomKey;
  epoch: number;
  kind: RoomUpdateKind;
  /** A user's id, or `PRODUCT`. */
  userId: string;
  /** Client ids that this update is the first to use. */
  claimed: readonly number[];
  /** Client ids of others whose text is passed on. */
  relayed: readonly number[];
  bytes: Uint8Array;
}

/** `forged-author`: another process gave the client id to another user in the meantime. */
export type AppendRefusal = "gone" | "other-epoch" | "forged-author";
export type AppendOutcome = { seq: number } | { refused: AppendRefusal };

/** What the room server needs of storage. All promises reject when the database is away, and nothing was done then. */
export interface RoomStore {
  load(key: RoomKey): Promise<LoadedRoom | undefined>;
  /** One transaction for all. The outcomes are in the order of the updates. */
  append(updates: readonly NewUpdate[]): Promise<AppendOutcome[]>;
  /** What other processes appended after a position, with the claims made meanwhile; undefined if the epoch is over. */
  readAfter(
    key: RoomKey,
    epoch: number,
    seq: number,
  ): Promise<{ updates: LoggedUpdate[]; claims: Claim[] } | undefined>;
}
