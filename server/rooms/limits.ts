import type { UpdateLimits } from "./update/room-state.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of the room server. All can be set lower or higher by the product; these are the defaults. */
export interface RoomLimits {
  update: UpdateLimits;
  maxUpdateBytes: number;
  maxMergeBytes: number;
  maxRoomBytes: number;
  maxPeersPerRoom: number;
  maxRoomsPerUser: number;
  maxPresenceBytes: number;
  messagesPerSecond: number;
  messageBurst: number;
  roomMessagesPerSecond: number;
  roomMessageBurst: number;
  /** Messages of one connection that may wait while its room is being loaded. */
  maxInboundWhileLoading: number;
  upgradesPerMinute: number;
  /** Refused updates after which a connection is closed as broken. */
  maxRefusals: number;
  flushWindowMs: number;
  flushBytes: number;
  flushRows: number;
  /** What may wait for the database, in this process, before rooms turn read-only. */
  maxUnsavedBytes: number;
  /** A peer with more than this unsent gets no live frames until it drained. */
  lagBytes: number;
  lagCloseBytes: number;
  lagCloseMs: number;
  quietMs: number;
  sweepMs: number;
  idleCompactMs: number;
  /** What is derived follows this long after the last edit of a burst, and at the latest this long after its first. */
  deriveAfterMs: number;
  deriveWithinMs: number;
  unloadMs: number;
  compactUpdates: number;
  compactBytes: number;
  cacheBytes: number;
  shutdownWaveMs: number;
}

export const DEFAULT_LIMITS: RoomLimits = {
  update: { maxStructs: 50_000, maxNesting: 100, maxDepth: 100 },
  maxUpdateBytes: MiB,
  maxMergeBytes: 8 * MiB,
  maxRoomBytes: 32 * MiB,
  maxPeersPerRoom: 100,
  maxRoomsPerUser: 20,
  maxPresenceBytes: 2 * KiB,
  messagesPerSecond: 60,
  messageBurst: 300,
  roomMessagesPerSecond: 1_200,
  roomMessageBurst: 3_000,
  maxInboundWhileLoading: 64,
  upgradesPerMinute: 120,
  maxRefusals: 20,
  flushWindowMs: 3,
  flushBytes: 256 * KiB,
  flushRows: 512,
  maxUnsavedBytes: 32 * MiB,
  lagBytes: MiB,
  lagCloseBytes: 8 * MiB,
  lagCloseMs: 30_000,
  quietMs: 20_000,
  sweepMs: 60_000,
  idleCompactMs: 30_000,
  deriveAfterMs: 1_000,
  deriveWithinMs: 3_000,
  unloadMs: 60_000,
  compactUpdates: 200,
  compactBytes: 64 * KiB,
  cacheBytes: 64 * MiB,
  shutdownWaveMs: 5_000,
};
