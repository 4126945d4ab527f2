import type { Logger } from "#server/core/log.ts";
import type { RoomAuthority } from "./admission.ts";
import type { LogFollowers } from "./compaction/log-followers.ts";
import type { RoomFanout } from "./fanout/fanout.ts";
import type { RoomLimits } from "./limits.ts";
import type { LiveRoom } from "./live-room.ts";
import type { RoomMetrics } from "./metrics.ts";
import type { RoomGrant } from "./peer.ts";
import type { PeerLink } from "./peer-link.ts";
import type { RoomRegistry } from "./room-registry.ts";
import { QUIET_FRAME } from "./wire/frames.ts";

export interface UpkeepOptions {
  rooms: RoomRegistry;
  links: ReadonlySet<PeerLink>;
  limits: RoomLimits;
  metrics: RoomMetrics;
  log: Logger;
  followers: LogFollowers | undefined;
  fanout: RoomFanout;
  authority: RoomAuthority;
  now(): number;
}

// Up to four peers see each other move at 25 Hz, more at 10 Hz.
const FAST_TICK_MS = 40;
const SLOW_TICK_MS = 100;
const FAST_PEERS = 4;
// A tick this late means the process is busy with edits: presence waits.
const LATE_MS = 150;
const RELIEF_MS = 100;
const SECOND_MS = 1_000;
const PING_MS = 30_000;

/** Everything that happens by the clock: presence, slow readers, silence, dead sockets, idle rooms, rights. */
export class RoomUpkeep {
  private readonly timers: NodeJS.Timeout[];
  private readonly withPresence = new Set<LiveRoom>();
  private readonly tickedAt = new WeakMap<LiveRoom, number>();
  private lastTickAt: number;

  constructor(private readonly options: UpkeepOptions) {
    const { limits, now } = options;
    this.lastTickAt = now();
    this.timers = [
      setInterval(() => this.tickPresence(), FAST_TICK_MS),
      setInterval(() => this.relieveSlow(), RELIEF_MS),
      setInterval(() => this.everySecond(), SECOND_MS),
      setInterval(() => this.pingAll(), PING_MS),
      setInterval(() => void this.recheck(() => true), limits.sweepMs),
    ];
    for (const timer of this.timers) timer.unref();
  }

  notePresence(room: LiveRoom): void {
    this.withPresence.add(room);
  }

  noteEdit(room: LiveRoom): void {
    const { limits } = this.options;
    const { tail, tailBytes } = room.log;
    if (tail.length >= limits.compactUpdates || tailBytes >= limits.compactBytes)
      this.options.followers?.request(room, true);
  }

  noteLeave(room: LiveRoom): void {
    this.notePresence(room);
    if (room.peers.size === 0 && room.log.tail.length > 0) this.options.followers?.request(room, true);
  }

  /** Asks the product about open sockets and acts on the answer. */
  async recheck(isAffected: (grant: RoomGrant) => boolean): Promise<void> {
    const { links, authority, log } = this.options;
    for (const link of [...links]) {
      if (!isAffected(link.grant)) continue;
      try {
        link.setRole(await authority.recheck(link.grant));
      } catch (error) {
        // The next sweep asks again; until then what was granted stands.
        log.warn({ err: error, roomId: link.grant.roomId }, "rights of an open room not rechecked");
      }
    }
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.options.followers?.stop();
  }

  private tickPresence(): void {
    const { now, fanout } = this.options;
    const isLate = now() - this.lastTickAt > LATE_MS;
    this.lastTickAt = now();
    if (isLate) return;
    for (const room of this.withPresence) {
      const interval = room.peers.size <= FAST_PEERS ? FAST_TICK_MS : SLOW_TICK_MS;
      if (now() - (this.tickedAt.get(room) ?? 0) < interval - 5) continue;
      this.tickedAt.set(room, now());
      this.withPresence.delete(room);
      const states = room.peers.tick();
      if (states) fanout.publish({ kind: "presence", roomId: room.key.roomId, states });
    }
  }

  private relieveSlow(): void {
    let lagging = 0;
    for (const { peer } of this.options.links) if (peer.lag) lagging++;
    this.options.metrics.laggingPeers.set(lagging);
    if (lagging > 0) for (const room of this.options.rooms) room.peers.relieveSlow();
  }

  private everySecond(): void {
    const { links, rooms, limits, now, followers } = this.options;
    for (const { peer } of links) if (now() - peer.lastSentAt >= limits.quietMs) peer.send(QUIET_FRAME);
    for (const room of rooms) {
      if (room.log.tail.length > 0 && now() - room.editedAt > limits.idleCompactMs) followers?.request(room, true);
      else if (room.headSeq > room.derivedSeq && room.isDueForDeriving(limits)) followers?.request(room, false);
    }
    rooms.unload((room) => now() - room.emptySince > limits.unloadMs);
  }

  private pingAll(): void {
    for (const { peer } of this.options.links) {
      if (!peer.isAlive) peer.socket.terminate();
      else {
        peer.isAlive = false;
        peer.socket.ping();
      }
    }
  }
}
