import * as encoding from "lib0/encoding";
import { ByteReader, MalformedInput } from "../update/byte-reader.ts";

/** Message types of the stock y-websocket protocol, and ours from 100 on, sent only to clients that asked for them. */
export const Message = {
  Sync: 0,
  Presence: 1,
  Auth: 2,
  QueryPresence: 3,
  Receipt: 100,
  Role: 101,
  Epoch: 102,
  Rejected: 103,
} as const;

const Sync = { Step1: 0, Step2: 1, Update: 2 } as const;

/** What a client may say. */
export type ClientFrame =
  | { kind: "step1"; stateVector: Uint8Array }
  | { kind: "step2"; update: Uint8Array }
  | { kind: "update"; update: Uint8Array }
  | { kind: "presence"; states: Uint8Array }
  | { kind: "query-presence" }
  /** Of another protocol or a newer version: passed over, as the stock server does. */
  | { kind: "other" };

/** Reads one message. The parts are views on the input. @throws MalformedInput */
export function readClientFrame(bytes: Uint8Array): ClientFrame {
  const reader = new ByteReader(bytes);
  const type = reader.varUint();
  if (type === Message.QueryPresence) return { kind: "query-presence" };
  if (type !== Message.Sync && type !== Message.Presence) return { kind: "other" };
  const frame = type === Message.Presence ? readPresence(reader) : readSync(reader);
  if (!reader.isAtEnd) throw new MalformedInput("trailing-bytes");
  return frame;
}

function readPresence(reader: ByteReader): ClientFrame {
  return { kind: "presence", states: reader.varBytes() };
}

function readSync(reader: ByteReader): ClientFrame {
  const step = reader.varUint();
  const payload = reader.varBytes();
  if (step === Sync.Step1) return { kind: "step1", stateVector: payload };
  if (step === Sync.Step2) return { kind: "step2", update: payload };
  if (step === Sync.Update) return { kind: "update", update: payload };
  throw new MalformedInput("sync-step");
}

/** Asks the client for everything the room lacks. */
export const frameStep1 = (stateVector: Uint8Array): Uint8Array => frameBytes([Message.Sync, Sync.Step1], stateVector);

/** Answers a client's step 1; a stock client counts as synced once it has this. */
export const frameStep2 = (update: Uint8Array): Uint8Array => frameBytes([Message.Sync, Sync.Step2], update);

export const frameUpdate = (update: Uint8Array): Uint8Array => frameBytes([Message.Sync, Sync.Update], update);

export const framePresence = (states: Uint8Array): Uint8Array => frameBytes([Message.Presence], states);

/** Says nothing, so that a client which counts silence as a dead connection stays. */
export const QUIET_FRAME: Uint8Array = Uint8Array.of(Message.Presence, 1, 0);

export interface Receipt {
  /** All sync frames of this connection up to this one, counted from 1, are safe. */
  frames: number;
  /** The clock up to which the connection's own client id is safe. */
  ownClock: number;
  /** Position in the room's log. */
  seq: number;
}

export const frameReceipt = ({ frames, ownClock, seq }: Receipt): Uint8Array =>
  frameNumbers([Message.Receipt, frames, ownClock, seq]);

/** `reason` is empty, or says why writing is not possible right now. */
export function frameRole(role: "read" | "write", reason = ""): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, Message.Role);
  encoding.writeVarUint(encoder, role === "write" ? 1 : 0);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}

export const frameEpoch = (epoch: number, schemaVersion: number): Uint8Array =>
  frameNumbers([Message.Epoch, epoch, schemaVersion]);

/** Tells which sync frame of the connection was not taken, and why. */
export function frameRejected(frame: number, reason: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, Message.Rejected);
  encoding.writeVarUint(encoder, frame);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}

function frameNumbers(values: number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of values) encoding.writeVarUint(encoder, value);
  return encoding.toUint8Array(encoder);
}

function frameBytes(types: number[], payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const type of types) encoding.writeVarUint(encoder, type);
  encoding.writeVarUint(encoder, payload.byteLength);
  const head = encoding.toUint8Array(encoder);
  // One exact allocation: lib0's own growing buffer would copy a snapshot of megabytes several times.
  const frame = new Uint8Array(head.byteLength + payload.byteLength);
  frame.set(head);
  frame.set(payload, head.byteLength);
  return frame;
}
