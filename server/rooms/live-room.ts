import * as Y from "yjs";
import type { Logger } from "#server/core/log.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { RoomLimits } from "./limits.ts";
import type { RoomMetrics } from "./metrics.ts";
import type { Peer } from "./peer.ts";
import { RoomLog } from "./room-log.ts";
import type { TailEntry } from "./room-log.ts";
import { RoomPeers } from "./room-peers.ts";
import type { AppendOutcome, LoadedRoom, NewUpdate, RoomKey, RoomStore, StoredSnapshot } from "./store/room-store.ts";
import { TokenBucket } from "./token-bucket.ts";
import { countSlowChecks } from "./update/list-order.ts";
import { RoomState } from "./update/room-state.ts";
import type { Verdict } from "./update/room-state.ts";
import { walkStateVector } from "./update/walk-update.ts";
import { CloseCode } from "./wire/close-codes.ts";
import { frameEpoch, framePresence, frameStep1 } from "./wire/frames.ts";

export interface LiveRoomOptions {
  store: Pick<RoomStore, "readAfter">;
  queue: CommitQueue;
  limits: RoomLimits;
  log: Logger;
  metrics: RoomMetrics;
  now(): number;
  /** An edit was made durable at this position: other processes may want to know. */
  onDurable(room: LiveRoom, seq: number): void;
  /** The room in memory cannot go on; its peers were sent away and the next one loads it anew. */
  onBroken(room: LiveRoom): void;
  /** Edits may come from other processes as well. */
  isShared: boolean;
  /** Send an edit on only when it is durable. */
  strictOrder: boolean;
}

/** What a client says of itself; a stock client says nothing. */
export interface ClientVersions {
  epoch?: number | undefined;
  schemaVersion?: number | undefined;
}

type Accepted = Extract<Verdict, { kind: "accepted" }>;
type Authored = Pick<NewUpdate, "kind" | "userId">;

// What deciding the order of a whole list costs, counted in messages.
const SLOW_CHECK_TOKENS = 20;

/** A room with people in it: decides about edits, sends them on, has them stored, and answers who comes. */
export class LiveRoom {
  readonly log: RoomLog;
  readonly peers: RoomPeers;
  readonly epoch: number;
  /** Up to here this process knows the stored log without a hole. */
  headSeq: number;
  editedAt: number;
  /** Up to here text, blocks and marked passages have followed the log. */
  derivedSeq: number;
  emptySince: number;
  private readonly schemaVersion: number;
  private readonly state: RoomState;
  private readonly bucket: TokenBucket;
  private readonly aheadSeqs = new Set<number>();
  private isBroken = false;
  private derivedAt: number;

  /** @throws MalformedInput if the stored log is damaged */
  constructor(
    readonly key: RoomKey,
    loaded: LoadedRoom,
    private readonly options: LiveRoomOptions,
  ) {
    const { limits, now } = options;
    this.epoch = loaded.epoch;
    this.schemaVersion = loaded.schemaVersion;
    this.headSeq = loaded.headSeq;
    this.derivedSeq = loaded.derivedSeq;
    this.log = new RoomLog(loaded);
    this.peers = new RoomPeers(this.log, options);
    this.state = restoreState(loaded, limits);
    this.bucket = new TokenBucket(limits.roomMessagesPerSecond, limits.roomMessageBurst, now());
    this.editedAt = this.emptySince = this.derivedAt = now();
  }

  /** Greets a peer: where the room stands, who is here, and (a writer) what it has that the room lacks. */
  join(peer: Peer): void {
    peer.sendNotice(frameEpoch(this.epoch, this.schemaVersion));
    peer.sendRole();
    this.peers.add(peer);
    this.sendPresence(peer);
    if (peer.role === "write") void this.askForState(peer);
  }

  /** Whether a client with a document of this epoch and an editor of this version may come in. */
  suits({ epoch = this.epoch, schemaVersion = this.schemaVersion }: ClientVersions): boolean {
    return epoch === this.epoch && schemaVersion === this.schemaVersion;
  }

  leave(peer: Peer): void {
    if (this.peers.remove(peer)) this.emptySince = this.options.now();
  }

  /** Asks a writer for everything the room lacks. */
  async askForState(peer: Peer): Promise<void> {
    if (this.options.isShared) await this.followLog();
    peer.send(frameStep1(Y.encodeStateVector(new Map(this.state.stateVector))));
  }

  /** Answers sync step 1; from here on the peer gets live frames. @throws MalformedInput */
  answer(peer: Peer, stateVector: Uint8Array): void {
    const clocks = walkStateVector(stateVector, this.options.limits.update.maxStructs);
    if (!peer.namedEpoch && !this.state.knowsEpoch(clocks))
      return this.peers.sendAway(peer, CloseCode.OtherEpoch, "other epoch");
    // Whoever does not read its last answer gets no other one.
    if (peer.bufferedBytes > this.options.limits.lagBytes) return;
    for (const frame of this.log.framesFor(stateVector, clocks)) peer.send(frame);
    peer.isSynced = true;
  }

  /** @throws MalformedInput */
  receivePresence(peer: Peer, message: Uint8Array): void {
    const { userId, name, color } = peer.grant;
    this.peers.presence.receive(peer, { id: userId, name, color, role: peer.role }, message, (client, holder) => {
      const isFree = holder === undefined || (holder as Peer).grant.userId === userId;
      if (!isFree || (this.state.ownerOf(client) ?? userId) !== userId) return false;
      this.state.reserve(client, userId);
      return true;
    });
  }

  sendPresence(peer: Peer): void {
    const others = this.peers.presence.encodeAll(peer);
    if (others) peer.send(framePresence(others));
  }

  /** Takes an edit (or, as a merge, a client's whole unsent state) from a peer. */
  receiveEdit(peer: Peer, update: Uint8Array, isMerge: boolean): void {
    const frame = peer.countFrame();
    if (isNothing(update)) return this.settleKnown(peer, frame, isMerge);
    const { limits } = this.options;
    if (update.byteLength > (isMerge ? limits.maxMergeBytes : limits.maxUpdateBytes))
      return this.peers.sendAway(peer, CloseCode.TooLarge, "edit too large");
    const obstacle = this.obstacle(peer, update);
    if (obstacle) return this.refuse(peer, frame, obstacle);

    const verdict = this.consider(peer, update, isMerge);
    if (verdict.kind === "known") return this.settleKnown(peer, frame, isMerge);
    if (verdict.kind === "gap") return this.handleGap(peer, frame, isMerge);
    if (verdict.kind === "refused") return this.refuse(peer, frame, verdict.reason);
    const ownClock = this.ownClock(peer);
    this.accept(verdict, { kind: "edit", userId: peer.grant.userId }, peer, (outcome) => {
      if ("seq" in outcome) peer.markSafe(frame, { isMerge, ownClock, seq: outcome.seq });
      else peer.reject(frame, outcome.refused);
    });
  }

  /**
   * An edit of the server itself, by the same path as a client's.
   * @returns the log position once it is durable.
   * @throws Error with the reason if it does not fit the room
   */
  receiveOwnEdit(update: Uint8Array, edit: Authored): Promise<number> {
    const verdict = this.state.consider(update, { userId: edit.userId, isMerge: false });
    return new Promise((resolve, reject) => {
      if (verdict.kind === "known") return this.options.queue.fence(() => resolve(this.headSeq));
      if (verdict.kind !== "accepted") return reject(new Error("reason" in verdict ? verdict.reason : verdict.kind));
      this.accept(verdict, edit, undefined, (outcome) =>
        "seq" in outcome ? resolve(outcome.seq) : reject(new Error(outcome.refused)),
      );
    });
  }

  /** Reads what other processes appended and sends it on. Never rejects: what is missed now is read the next time. */
  async followLog(): Promise<void> {
    try {
      const news = await this.options.store.readAfter(this.key, this.epoch, this.headSeq);
      if (this.isBroken) return;
      if (!news) return this.break(CloseCode.OtherEpoch, "another version was restored");
      this.state.restoreClaims(news.claims);
      for (const { seq, bytes } of news.updates) {
        if (seq <= this.headSeq) continue;
        if (!this.aheadSeqs.delete(seq)) this.takeForeign(bytes, seq);
        this.headSeq = seq;
      }
    } catch (error) {
      this.options.log.warn({ ...this.key, err: error }, "room could not follow its log");
    }
  }

  /** A pause in the typing, or typing that has gone on for a while: search and coaching should know. */
  isDueForDeriving({ deriveAfterMs, deriveWithinMs }: RoomLimits): boolean {
    const now = this.options.now();
    return now - this.editedAt > deriveAfterMs || now - this.derivedAt > deriveWithinMs;
  }

  /** What is derived has followed the log, perhaps with a newer snapshot. */
  noteDerived({ uptoSeq, snapshot }: { uptoSeq: number; snapshot: StoredSnapshot | null }): void {
    this.derivedSeq = Math.max(this.derivedSeq, uptoSeq);
    this.derivedAt = this.options.now();
    if (snapshot) this.log.adopt(snapshot);
  }

  takeTokens(count: number): boolean {
    return this.bucket.take(count, this.options.now());
  }

  /** Sends everybody away; the room must be loaded anew. */
  break(code: CloseCode, reason: string): void {
    if (this.isBroken) return;
    this.isBroken = true;
    for (const peer of [...this.peers]) this.peers.sendAway(peer, code, reason);
    this.options.onBroken(this);
  }

  private consider(peer: Peer, update: Uint8Array, isMerge: boolean): Verdict {
    const before = countSlowChecks();
    const verdict = this.state.consider(update, { userId: peer.grant.userId, isMerge });
    const slow = countSlowChecks() - before;
    if (slow > 0) {
      this.options.metrics.slowChecks.inc(slow);
      peer.takeTokens(slow * SLOW_CHECK_TOKENS);
    }
    return verdict;
  }

  private accept(
    verdict: Accepted,
    edit: Authored,
    author: Peer | undefined,
    settled: (outcome: AppendOutcome) => void,
  ): void {
    const arrivedAt = performance.now();
    const { options, key, epoch } = this;
    const entry = this.log.append(verdict.bytes, null);
    this.editedAt = options.now();
    options.metrics.updates.inc();
    if (!options.strictOrder) this.broadcast(entry, author, arrivedAt);
    options.queue.push({ key, epoch, ...edit, ...verdict.authorship, bytes: entry.bytes }, (outcome) => {
      this.settle(entry, outcome);
      if (options.strictOrder && "seq" in outcome) this.broadcast(entry, author, arrivedAt);
      settled(outcome);
    });
  }

  private settle(entry: TailEntry, outcome: AppendOutcome): void {
    if ("refused" in outcome) {
      // It has been sent round already, so every document that has it must be dropped.
      this.options.log.warn({ ...this.key, reason: outcome.refused }, "edit refused by the store");
      return this.break(outcome.refused === "gone" ? CloseCode.Gone : CloseCode.OtherEpoch, outcome.refused);
    }
    entry.seq = outcome.seq;
    this.aheadSeqs.add(outcome.seq);
    while (this.aheadSeqs.delete(this.headSeq + 1)) this.headSeq++;
    // Something of another process lies in between.
    if (this.aheadSeqs.size > 0) void this.followLog();
    this.options.onDurable(this, outcome.seq);
  }

  private takeForeign(bytes: Uint8Array, seq: number): void {
    const news = this.state.restore(bytes);
    if (news) this.broadcast(this.log.append(news, seq), undefined, performance.now());
  }

  private broadcast(entry: TailEntry, author: Peer | undefined, arrivedAt: number): void {
    this.peers.broadcast(entry, author);
    this.options.metrics.propagation.observe((performance.now() - arrivedAt) / 1_000);
  }

  private obstacle(peer: Peer, update: Uint8Array): string | undefined {
    if (peer.role !== "write") return "read-only";
    if (!this.options.queue.hasRoom(update.byteLength)) return STORAGE_AWAY;
    return this.log.bytes + update.byteLength > this.options.limits.maxRoomBytes ? "room-full" : undefined;
  }

  private refuse(peer: Peer, frame: number, reason: string): void {
    this.options.metrics.rejections.inc({ reason });
    if (reason === "other-epoch") return this.peers.sendAway(peer, CloseCode.OtherEpoch, "other epoch");
    peer.reject(frame, reason);
    if (reason === "read-only") return;
    if (reason === STORAGE_AWAY) {
      // The client keeps it and is asked for it once the database is back.
      peer.noteGap(frame);
      peer.sendRole(reason);
    } else if (++peer.refusals >= this.options.limits.maxRefusals) {
      this.peers.sendAway(peer, CloseCode.Malformed, reason);
    }
  }

  /** Nothing new, but it is only safe when what made it known is. */
  private settleKnown(peer: Peer, frame: number, isMerge: boolean): void {
    const ownClock = this.ownClock(peer);
    this.options.queue.fence(() => peer.markSafe(frame, { isMerge, ownClock, seq: this.headSeq }));
  }

  private handleGap(peer: Peer, frame: number, isMerge: boolean): void {
    // A merge answers exactly what the room said it lacks: if something is missing still, the client cannot supply it.
    if (isMerge) return this.refuse(peer, frame, "gap");
    peer.noteGap(frame);
    void this.askForState(peer);
  }

  private ownClock(peer: Peer): number {
    const client = this.peers.presence.clientIdOf(peer);
    return client === undefined ? 0 : (this.state.stateVector.get(client) ?? 0);
  }
}

export const STORAGE_AWAY = "storage-away";

const isNothing = (update: Uint8Array): boolean => update.byteLength === 2 && update[0] === 0 && update[1] === 0;

function restoreState(loaded: LoadedRoom, limits: RoomLimits): RoomState {
  const state = new RoomState(limits.update, loaded.epoch);
  state.restoreClaims(loaded.claims);
  if (loaded.snapshot) state.restoreState(loaded.snapshot);
  for (const { bytes } of loaded.updates) state.restore(bytes);
  return state;
}
