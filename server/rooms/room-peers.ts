import type { RoomLimits } from "./limits.ts";
import type { RoomMetrics } from "./metrics.ts";
import type { Peer } from "./peer.ts";
import { Presence } from "./presence.ts";
import type { RoomLog, TailEntry } from "./room-log.ts";
import { CloseCode } from "./wire/close-codes.ts";
import { framePresence } from "./wire/frames.ts";

export interface RoomPeersOptions {
  limits: RoomLimits;
  metrics: RoomMetrics;
  now(): number;
}

/** The people in a room: who hears what, and what becomes of those who do not listen. */
export class RoomPeers {
  readonly presence: Presence;
  private readonly peers = new Set<Peer>();

  constructor(
    private readonly log: RoomLog,
    private readonly options: RoomPeersOptions,
  ) {
    this.presence = new Presence(options.limits.maxPresenceBytes);
  }

  get size(): number {
    return this.peers.size;
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.peers.values();
  }

  add(peer: Peer): void {
    this.peers.add(peer);
  }

  /** @returns false if it was not here */
  remove(peer: Peer): boolean {
    this.presence.remove(peer);
    return this.peers.delete(peer);
  }

  sendAway(peer: Peer, code: CloseCode, reason: string): void {
    this.options.metrics.rejections.inc({ reason: `close ${code}` });
    peer.close(code, reason);
    this.remove(peer);
  }

  /**
   * Sends an edit to everybody but its author. One who does not read fast enough is left out from here on, so that it
   * costs neither memory nor the others' time.
   */
  broadcast(entry: TailEntry, author: Peer | undefined): void {
    const { limits, now } = this.options;
    for (const peer of this.peers) {
      if (peer === author || !peer.isSynced || peer.lag) continue;
      if (peer.bufferedBytes > limits.lagBytes) {
        peer.lag = { fromOrdinal: entry.ordinal, progressAt: now(), bufferedBytes: peer.bufferedBytes };
      } else peer.send(entry.frame);
    }
  }

  /** Brings slow readers that have drained up to date; gives up on those that do not move. */
  relieveSlow(): void {
    for (const peer of [...this.peers]) if (peer.lag) this.relieve(peer);
  }

  /** Sends presence that changed since the last tick. @returns it, for other processes. */
  tick(): Uint8Array | undefined {
    if (!this.presence.hasChanges) return undefined;
    const changes = this.presence.takeChanges();
    if (!changes.forAll) return undefined;
    const frame = framePresence(changes.forAll);
    for (const peer of this.peers) {
      if (peer.lag) continue;
      const states = changes.forPeer(peer);
      if (states) peer.send(states === changes.forAll ? frame : framePresence(states));
    }
    return changes.forAll;
  }

  private relieve(peer: Peer): void {
    const { limits, now } = this.options;
    const lag = peer.lag!;
    const buffered = peer.bufferedBytes;
    if (buffered < lag.bufferedBytes) {
      lag.progressAt = now();
      lag.bufferedBytes = buffered;
    }
    const isStuck = now() - lag.progressAt > limits.lagCloseMs;
    // A document of its full size may be on its way to a slow reader; that is not its fault.
    const isTooFar = buffered > limits.lagCloseBytes + this.log.bytes;
    if (isStuck || isTooFar) return this.sendAway(peer, CloseCode.TryLater, "reads too slowly");
    if (buffered > limits.lagBytes / 4) return;
    peer.lag = null;
    for (const frame of this.log.missedSince(lag.fromOrdinal)) peer.send(frame);
  }
}
