import type { WebSocket } from "ws";
import type { RoomLimits } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { CloseCode } from "./wire/close-codes.ts";
import { frameReceipt, frameRejected, frameRole } from "./wire/frames.ts";

export type RoomRole = "read" | "write";

/** What the product granted when the socket was opened. */
export interface RoomGrant {
  workspaceId: string;
  roomId: string;
  /** The record the room belongs to, whose rights are the room's. */
  subjectId: string;
  userId: string;
  name: string;
  color: string;
  role: RoomRole;
  /** Identifies the sign-in, so that ending it ends the socket. */
  sessionId: string;
}

export interface PeerTraits {
  /** It asked for receipts and notices (`?x=1`). */
  isExtended: boolean;
  /** It said which epoch its document is of. */
  namesEpoch: boolean;
}

/** How a slow reader is doing: it gets no live frames until it drained, then one diff. */
interface Lag {
  /** The first edit it was not sent. */
  fromOrdinal: number;
  progressAt: number;
  bufferedBytes: number;
}

/** One open socket of a room. */
export class Peer {
  role: RoomRole;
  /** Live frames only make sense after the answer to its step 1. */
  isSynced = false;
  isClosed = false;
  lag: Lag | null = null;
  lastSentAt: number;
  isAlive = true;
  refusals = 0;
  private receivedFrames = 0;
  private safeFrames = 0;
  private ownClock = 0;
  private seq = 0;
  private receiptDue = false;
  /** A frame that came too early to be stored; until a merge brings it again, nothing after it may be called safe. */
  private gapFrame: number | null = null;
  private readonly bucket: TokenBucket;

  constructor(
    readonly socket: WebSocket,
    readonly grant: RoomGrant,
    private readonly traits: PeerTraits,
    limits: Pick<RoomLimits, "messagesPerSecond" | "messageBurst">,
    private readonly now: () => number,
  ) {
    this.role = grant.role;
    this.lastSentAt = now();
    this.bucket = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now());
  }

  get namedEpoch(): boolean {
    return this.traits.namesEpoch;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  takeTokens(count: number): boolean {
    return this.bucket.take(count, this.now());
  }

  send(frame: Uint8Array): void {
    if (this.isClosed || this.socket.readyState !== this.socket.OPEN) return;
    this.lastSentAt = this.now();
    this.socket.send(frame, BINARY);
  }

  sendNotice(frame: Uint8Array): void {
    if (this.traits.isExtended) this.send(frame);
  }

  sendRole(reason = ""): void {
    this.sendNotice(frameRole(reason === "" ? this.role : "read", reason));
  }

  /** Says goodbye; whatever the client still sends is not read. */
  close(code: CloseCode, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.close(code, reason);
  }

  /** Numbers the sync frames of this connection, as the client does. */
  countFrame(): number {
    return ++this.receivedFrames;
  }

  reject(frame: number, reason: string): void {
    this.sendNotice(frameRejected(frame, reason));
  }

  noteGap(frame: number): void {
    this.gapFrame ??= frame;
  }

  /** Everything up to this frame is durable, or was nothing new. The receipt goes out once per flush. */
  markSafe(frame: number, { isMerge, ownClock, seq }: { isMerge: boolean; ownClock: number; seq: number }): void {
    if (this.gapFrame !== null && isMerge && frame > this.gapFrame) this.gapFrame = null;
    const reach = this.gapFrame === null ? frame : Math.min(frame, this.gapFrame - 1);
    this.safeFrames = Math.max(this.safeFrames, reach);
    this.ownClock = Math.max(this.ownClock, ownClock);
    this.seq = Math.max(this.seq, seq);
    if (this.receiptDue) return;
    this.receiptDue = true;
    queueMicrotask(() => {
      this.receiptDue = false;
      this.sendNotice(frameReceipt({ frames: this.safeFrames, ownClock: this.ownClock, seq: this.seq }));
    });
  }
}

const BINARY = { binary: true, compress: false } as const;
