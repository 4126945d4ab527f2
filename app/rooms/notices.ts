import * as decoding from "lib0/decoding";

/** What the room server says beyond the stock protocol, by message type. It does so only when asked with `?x=1`. */
export const NoticeType = { Receipt: 100, Role: 101, Epoch: 102, Rejected: 103 } as const;

export interface ReceiptNotice {
  /** All edits sent on this connection up to this one, counted from 1, are safe. */
  frames: number;
  ownClock: number;
  seq: number;
}

export interface RoleNotice {
  role: "read" | "write";
  /** Empty, or why writing is not possible right now: `storage-away`. */
  reason: string;
}

export interface EpochNotice {
  epoch: number;
  schemaVersion: number;
}

export interface RejectedNotice {
  frame: number;
  reason: string;
}

// The message type has been read already when these are called.

export const readReceipt = (decoder: decoding.Decoder): ReceiptNotice => ({
  frames: decoding.readVarUint(decoder),
  ownClock: decoding.readVarUint(decoder),
  seq: decoding.readVarUint(decoder),
});

export const readRole = (decoder: decoding.Decoder): RoleNotice => ({
  role: decoding.readVarUint(decoder) === 1 ? "write" : "read",
  reason: decoding.readVarString(decoder),
});

export const readEpoch = (decoder: decoding.Decoder): EpochNotice => ({
  epoch: decoding.readVarUint(decoder),
  schemaVersion: decoding.readVarUint(decoder),
});

export const readRejected = (decoder: decoding.Decoder): RejectedNotice => ({
  frame: decoding.readVarUint(decoder),
  reason: decoding.readVarString(decoder),
});
