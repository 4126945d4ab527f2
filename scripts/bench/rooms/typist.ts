import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as Y from "yjs";

export interface TypistHears {
  /** Another client's letter arrived. */
  letter(client: number, clock: number): void;
  /** One of the own letters is durable. */
  receipt(clock: number): void;
}

const SYNC = 0;
const RECEIPT = 100;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/**
 * One writer in a room: types a paragraph of its own, letter by letter, and reads what the others send without building
 * their document, so that the same small work falls to every server measured.
 */
export class Typist {
  private readonly doc = new Y.Doc();
  private readonly text = new Y.XmlText();
  /** The clock of the letter in each frame; null for a frame that carried something else. */
  private readonly frames: (number | null)[] = [];
  private savedFrames = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly hears: TypistHears,
  ) {}

  /** Resolves when the server has answered with what the room holds. */
  static async join(url: string, hears: TypistHears): Promise<Typist> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const typist = new Typist(socket, hears);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", (code) => reject(new Error(`closed with ${code} while joining`)));
      socket.on("message", (data: Buffer) => typist.hear(data, resolve));
      socket.once("open", () => typist.say(STEP_1, Y.encodeStateVector(typist.doc)));
    });
    return typist;
  }

  get client(): number {
    return this.doc.clientID;
  }

  get hasLeft(): boolean {
    return this.socket.readyState !== WebSocket.OPEN;
  }

  /** Puts the paragraph into the room. */
  begin(): void {
    this.edit(() => {
      const paragraph = new Y.XmlElement("paragraph");
      paragraph.insert(0, [this.text]);
      this.doc.getXmlFragment("notes").insert(0, [paragraph]);
    });
    this.frames.push(null);
  }

  /** @returns the clock of the letter */
  type(): number {
    const clock = Y.getState(this.doc.store, this.doc.clientID);
    this.edit(() => this.text.insert(this.text.length, "e"));
    this.frames.push(clock);
    return clock;
  }

  leave(): void {
    this.socket.terminate();
    this.doc.destroy();
  }

  private edit(change: () => void): void {
    this.doc.once("update", (update: Uint8Array) => this.say(UPDATE, update));
    this.doc.transact(change);
  }

  private say(step: number, payload: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
    this.socket.send(encoding.toUint8Array(encoder));
  }

  private hear(data: Buffer, synced: () => void): void {
    const decoder = decoding.createDecoder(data);
    const type = decoding.readVarUint(decoder);
    if (type === RECEIPT) return this.settle(decoding.readVarUint(decoder));
    if (type !== SYNC) return;
    const step = decoding.readVarUint(decoder);
    const payload = decoding.readVarUint8Array(decoder);
    if (step === STEP_1) {
      this.say(STEP_2, Y.encodeStateAsUpdate(this.doc, payload));
      this.frames.push(null);
    } else if (step === STEP_2) synced();
    else this.read(payload);
  }

  private read(update: Uint8Array): void {
    for (const { id, length } of Y.decodeUpdate(update).structs) {
      if (id.client === this.client) continue;
      for (let clock = id.clock; clock < id.clock + length; clock++) this.hears.letter(id.client, clock);
    }
  }

  private settle(frames: number): void {
    for (; this.savedFrames < frames; this.savedFrames++) {
      const clock = this.frames[this.savedFrames];
      if (clock !== null && clock !== undefined) this.hears.receipt(clock);
    }
  }
}
