import * as encoding from "lib0/encoding";
import { ByteReader, MalformedInput } from "./update/byte-reader.ts";

export interface PresenceChanges {
  forAll: Uint8Array | undefined;
  forPeer(peer: object): Uint8Array | undefined;
}

/** What a peer may not choose about itself: it comes from the session. */
export interface PresentUser {
  id: string;
  name: string;
  color: string;
  role: "read" | "write";
}

interface Entry {
  client: number;
  /** Only ever grows for a client id, also over a reconnect: a repeated clock is ignored by every other client. */
  clock: number;
  /** JSON of the state; "null" once the peer is gone. */
  json: string;
  /** The peer it belongs to; undefined once it is gone, or when it is on another process. */
  peer: object | undefined;
}

type MayUse = (client: number, holder: object | undefined) => boolean;

// A client shows presence under one id only; what else is in its message are echoes of others.
const MAX_ENTRIES_PER_MESSAGE = 256;

/**
 * Who is in the room and where. Never stored, and the first thing to be shed under load.
 * Each peer speaks under one client id, its own; name, colour and user are written by the server.
 */
export class Presence {
  private readonly entries = new Map<number, Entry>();
  private readonly clientOf = new Map<object, number>();
  private readonly changed = new Set<number>();

  constructor(private readonly maxStateBytes: number) {}

  get hasChanges(): boolean {
    return this.changed.size > 0;
  }

  clientIdOf(peer: object): number | undefined {
    return this.clientOf.get(peer);
  }

  /**
   * Takes in a peer's message.
   * @param mayUse whether the peer may appear under a client id, which `holder` may be using right now
   * @throws MalformedInput
   */
  receive(peer: object, user: PresentUser, message: Uint8Array, mayUse: MayUse): void {
    const reader = new ByteReader(message);
    const count = reader.varUint();
    if (count > MAX_ENTRIES_PER_MESSAGE) throw new MalformedInput("presence");
    for (let i = 0; i < count; i++) {
      const client = reader.varUint();
      const clock = reader.varUint();
      const bytes = reader.varBytes();
      if (!this.isOwn(peer, client, mayUse) || bytes.byteLength > this.maxStateBytes) continue;
      this.set(peer, client, clock, stateOf(bytes, user));
    }
  }

  /** The peer's connection is gone; the others are told at the next tick. */
  remove(peer: object): void {
    const client = this.clientOf.get(peer);
    this.clientOf.delete(peer);
    const entry = client === undefined ? undefined : this.entries.get(client);
    if (!entry || entry.peer !== peer) return;
    entry.peer = undefined;
    entry.json = "null";
    entry.clock++;
    this.changed.add(entry.client);
  }

  /** Entries as another process sent them. */
  receiveRemote(message: Uint8Array): void {
    const reader = new ByteReader(message);
    for (let left = reader.varUint(); left > 0; left--) {
      const client = reader.varUint();
      const clock = reader.varUint();
      const json = reader.string();
      const known = this.entries.get(client);
      if (known?.peer || (known && known.clock >= clock)) continue;
      this.entries.set(client, { client, clock, json, peer: undefined });
      this.changed.add(client);
    }
  }

  /** All who are here, for somebody who just came; undefined when nobody is. */
  encodeAll(except: object): Uint8Array | undefined {
    return encodeEntries([...this.entries.values()].filter(({ json, peer }) => json !== "null" && peer !== except));
  }

  /**
   * What changed since the last call, once. `forPeer` leaves out the peer's own entry: a client that hears of itself would
   * take the server's older copy over its own.
   */
  takeChanges(): {
    forAll: Uint8Array;
    ownLocal: Uint8Array | undefined;
    forPeer(peer: object): Uint8Array | undefined;
  } {
    const entries = [...this.changed].flatMap((client) => this.entries.get(client) ?? []);
    this.changed.clear();
    const forAll = encodeEntries(entries)!;
    const local = entries.filter(({ peer, json }) => peer !== undefined || json === "null");
    return {
      forAll,
      ownLocal: encodeEntries(local),
      forPeer: (peer) =>
        entries.some((entry) => entry.peer === peer)
          ? encodeEntries(entries.filter((entry) => entry.peer !== peer))
          : forAll,
    };
  }

  private isOwn(peer: object, client: number, mayUse: MayUse): boolean {
    const own = this.clientOf.get(peer);
    if (own !== undefined) return own === client;
    const holder = this.entries.get(client)?.peer;
    if (!mayUse(client, holder)) return false;
    // A reconnect may come before the old connection is known to be dead: the new one takes over.
    if (holder) this.clientOf.delete(holder);
    this.clientOf.set(peer, client);
    return true;
  }

  private set(peer: object, client: number, clock: number, json: string): void {
    const known = this.entries.get(client);
    if (known?.json === "null" && json === "null") return;
    // From 1 on: clients take nothing new under clock 0, with which every stock client starts.
    this.entries.set(client, { client, clock: Math.max(clock, (known?.clock ?? 0) + 1), json, peer });
    this.changed.add(client);
  }
}

/** The state with the session's user in place of whatever the client said. @throws MalformedInput */
function stateOf(bytes: Uint8Array, user: PresentUser): string {
  let state: unknown;
  try {
    state = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedInput("presence");
  }
  if (state === null) return "null";
  if (typeof state !== "object" || Array.isArray(state)) throw new MalformedInput("presence");
  return JSON.stringify({ ...state, user });
}

function encodeEntries(entries: readonly Entry[]): Uint8Array | undefined {
  if (entries.length === 0) return undefined;
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const { client, clock, json } of entries) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, json);
  }
  return encoding.toUint8Array(encoder);
}
