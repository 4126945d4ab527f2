import * as Y from "yjs";
import type { LoadedRoom, StoredSnapshot } from "./store/room-store.ts";
import { walkStateVector } from "./update/walk-update.ts";
import { frameStep2, frameUpdate } from "./wire/frames.ts";

/** One edit beyond the snapshot. */
export interface TailEntry {
  /** Counts all edits this process has seen of the room. */
  ordinal: number;
  /** Position in the stored log; null until it is durable. */
  seq: number | null;
  bytes: Uint8Array;
  /** The bytes framed for the wire, once for all receivers. */
  frame: Uint8Array;
}

/** An update of no structs and no deletions. */
const NOTHING = Uint8Array.of(0, 0);
const MAX_MEMOS = 64;

/**
 * A room's content as bytes: a snapshot and what came after it. Nothing is merged to answer somebody who comes new;
 * differences are worked out once for all who come back knowing the same.
 */
export class RoomLog {
  tail: TailEntry[] = [];
  tailBytes = 0;
  private snapshot: StoredSnapshot | null = null;
  private snapshotFrame = frameStep2(NOTHING);
  private snapshotClocks: ReadonlyMap<number, number> = new Map();
  private readonly memos = new Map<string, Uint8Array>();
  private nextOrdinal = 1;

  constructor(loaded: Pick<LoadedRoom, "snapshot" | "updates">) {
    if (loaded.snapshot) this.setSnapshot(loaded.snapshot);
    for (const { bytes, seq } of loaded.updates) this.append(bytes, seq);
  }

  get bytes(): number {
    return this.snapshotFrame.byteLength + this.tailBytes;
  }

  get snapshotSeq(): number {
    return this.snapshot?.uptoSeq ?? 0;
  }

  get isAllDurable(): boolean {
    return this.tail.every(({ seq }) => seq !== null);
  }

  append(update: Uint8Array, seq: number | null): TailEntry {
    const frame = frameUpdate(update);
    // A view on the frame: the message it came in, and the socket buffer behind that, can go.
    const bytes = frame.subarray(frame.byteLength - update.byteLength);
    const entry: TailEntry = { ordinal: this.nextOrdinal++, seq, bytes, frame };
    this.tail.push(entry);
    this.tailBytes += frame.byteLength;
    return entry;
  }

  /** A newer snapshot was stored; what it covers leaves the tail. */
  adopt(snapshot: StoredSnapshot): void {
    if (snapshot.uptoSeq <= this.snapshotSeq) return;
    this.setSnapshot(snapshot);
    this.tail = this.tail.filter(({ seq }) => seq === null || seq > snapshot.uptoSeq);
    this.tailBytes = this.tail.reduce((sum, { frame }) => sum + frame.byteLength, 0);
  }

  /**
   * What to send to somebody who knows these clocks. The tail goes first and the rest last, because a client counts as
   * synced, and renders, when the answer to its step 1 arrives.
   */
  framesFor(stateVector: Uint8Array, clocks: ReadonlyMap<number, number>): Uint8Array[] {
    const last = clocks.size === 0 ? this.snapshotFrame : this.difference(stateVector, clocks);
    return [...this.tail.map(({ frame }) => frame), last];
  }

  /** Everything since an edit, for a reader that was left behind: one update, or all anew if the tail was cut meanwhile. */
  missedSince(ordinal: number): Uint8Array[] {
    const missed = this.tail.filter((entry) => entry.ordinal >= ordinal);
    const first = this.tail[0]?.ordinal ?? this.nextOrdinal;
    if (first > ordinal) return [...this.tail.map(({ frame }) => frame), this.snapshotFrame];
    if (missed.length < 2) return missed.map(({ frame }) => frame);
    return [frameUpdate(Y.mergeUpdates(missed.map(({ bytes }) => bytes)))];
  }

  /** The whole document as updates, to be applied in this order. */
  updates(): Uint8Array[] {
    return [...(this.snapshot ? [this.snapshot.state] : []), ...this.tail.map(({ bytes }) => bytes)];
  }

  private setSnapshot(snapshot: StoredSnapshot): void {
    this.snapshotFrame = frameStep2(snapshot.state);
    const state = this.snapshotFrame.subarray(this.snapshotFrame.byteLength - snapshot.state.byteLength);
    this.snapshot = { ...snapshot, state };
    this.snapshotClocks = walkStateVector(snapshot.stateVector, Infinity);
    this.memos.clear();
  }

  private difference(stateVector: Uint8Array, clocks: ReadonlyMap<number, number>): Uint8Array {
    if (!this.snapshot) return this.snapshotFrame;
    const knowsAll = [...this.snapshotClocks].every(([client, clock]) => (clocks.get(client) ?? 0) >= clock);
    // Clocks say nothing of deletions, so these are always sent.
    const key = knowsAll ? "deletions" : Buffer.from(stateVector).toString("base64");
    let frame = this.memos.get(key);
    if (!frame) {
      const { state, deletes } = this.snapshot;
      frame = frameStep2(knowsAll ? Uint8Array.of(0, ...deletes) : Y.diffUpdate(state, stateVector));
      if (this.memos.size >= MAX_MEMOS) this.memos.clear();
      this.memos.set(key, frame);
    }
    return frame;
  }
}
