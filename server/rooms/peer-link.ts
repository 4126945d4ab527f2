import type { RawData } from "ws";
import type { Logger } from "#server/core/log.ts";
import type { RoomAddress } from "./admission.ts";
import type { RoomLimits } from "./limits.ts";
import type { LiveRoom } from "./live-room.ts";
import type { RoomMetrics } from "./metrics.ts";
import type { Peer, RoomGrant } from "./peer.ts";
import { MalformedInput } from "./update/byte-reader.ts";
import { CloseCode } from "./wire/close-codes.ts";
import { readClientFrame } from "./wire/frames.ts";
import type { ClientFrame } from "./wire/frames.ts";

export interface PeerLinkOptions {
  limits: RoomLimits;
  metrics: RoomMetrics;
  log: Logger;
  onClose(): void;
  onPresence(room: LiveRoom): void;
}

/** Ties a socket to its room: waits for the room, reads messages, keeps to the limits, and lets go. */
export class PeerLink {
  room: LiveRoom | undefined;
  private readonly early: Uint8Array[] = [];

  constructor(
    readonly peer: Peer,
    private readonly address: RoomAddress,
    private readonly options: PeerLinkOptions,
  ) {
    const { socket } = peer;
    socket.on("message", (data, isBinary) => this.hear(data, isBinary));
    socket.on("pong", () => (peer.isAlive = true));
    // Among them too large and badly fragmented messages; ws has then chosen the close code.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      peer.isClosed = true;
      this.room?.leave(peer);
      options.onClose();
    });
  }

  get grant(): RoomGrant {
    return this.peer.grant;
  }

  /** Joins the room when it is loaded. A room that cannot be loaded is never an empty one. */
  async enter(load: () => Promise<LiveRoom | undefined>): Promise<void> {
    const { peer, address } = this;
    try {
      const room = await load();
      if (peer.isClosed) return;
      if (!room) return peer.close(CloseCode.Gone, "no such room");
      if (!room.suits(address)) return peer.close(CloseCode.OtherEpoch, "other epoch");
      this.room = room;
      room.join(peer);
      for (const bytes of this.early.splice(0)) this.take(bytes);
    } catch (error) {
      this.options.log.error({ err: error, roomId: address.roomId }, "room not loaded");
      peer.close(CloseCode.NotReady, "room not loaded");
    }
  }

  /** The user's rights changed: cut off, or told and sent round again, or given more on the spot. */
  setRole(role: "none" | "read" | "write"): void {
    const { peer } = this;
    if (role === "none") {
      peer.close(CloseCode.Revoked, "access ended");
      this.room?.leave(peer);
    } else if (role !== peer.role) {
      peer.role = role;
      peer.sendRole();
      if (role === "write") void this.room?.askForState(peer);
      else {
        peer.close(CloseCode.NotReady, "now read-only");
        this.room?.leave(peer);
      }
    }
  }

  private hear(data: RawData, isBinary: boolean): void {
    if (this.peer.isClosed) return;
    if (!isBinary || !(data instanceof Uint8Array)) return this.fail("text");
    if (this.room) return this.take(data);
    if (this.early.length >= this.options.limits.maxInboundWhileLoading)
      return this.peer.close(CloseCode.TryLater, "room not loaded yet");
    this.early.push(data);
  }

  private take(bytes: Uint8Array): void {
    if (this.peer.isClosed) return;
    try {
      const frame = readClientFrame(bytes);
      if (frame.kind !== "step2" && bytes.byteLength > this.options.limits.maxUpdateBytes + FRAME_HEAD_BYTES)
        return this.peer.close(CloseCode.TooLarge, "message too large");
      const isWithinRate = this.peer.takeTokens(1) && this.room!.takeTokens(1);
      if (isWithinRate) this.handle(frame, this.room!);
      // Presence is shed; an edit may not get lost, so the client is sent away and brings it again.
      else if (frame.kind !== "presence") this.peer.close(CloseCode.TryLater, "too many messages");
    } catch (error) {
      if (!(error instanceof MalformedInput)) throw error;
      this.fail(error.message);
    }
  }

  private handle(frame: ClientFrame, room: LiveRoom): void {
    const { peer } = this;
    switch (frame.kind) {
      case "step1":
        return room.answer(peer, frame.stateVector);
      case "step2":
      case "update":
        return room.receiveEdit(peer, frame.update, frame.kind === "step2");
      case "presence":
        room.receivePresence(peer, frame.states);
        return this.options.onPresence(room);
      case "query-presence":
        return room.sendPresence(peer);
      case "other":
        return;
    }
  }

  private fail(reason: string): void {
    this.options.metrics.rejections.inc({ reason });
    this.peer.close(CloseCode.Malformed, "malformed message");
    this.room?.leave(this.peer);
  }
}

const FRAME_HEAD_BYTES = 16;
