/** Thrown when bytes are not what the protocol says; the message is a reason short enough to send to the client. */
export class MalformedInput extends Error {}

/**
 * Reads lib0's encoding with bounds checked at every step.
 * lib0 itself returns `undefined` past the end of some reads, which is how a cut frame becomes a valid-looking struct.
 */
export class ByteReader {
  position = 0;
  readonly end: number;

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length;
  }

  get isAtEnd(): boolean {
    return this.position === this.end;
  }

  uint8(): number {
    if (this.position >= this.end) throw new MalformedInput("truncated");
    return this.bytes[this.position++]!;
  }

  /** An unsigned integer of at most 53 bits. */
  varUint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw new MalformedInput("varint");
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedInput("varint");
    return value;
  }

  /** A signed integer: the first byte carries six bits and the sign. */
  skipVarInt(): void {
    if (this.uint8() >= 0x80) this.varUint();
  }

  /** The next `length` bytes, as a view on the input. */
  view(length: number): Uint8Array {
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  varBytes(): Uint8Array {
    return this.view(this.varUint());
  }

  skip(length: number): void {
    if (length > this.end - this.position) throw new MalformedInput("truncated");
    this.position += length;
  }

  string(): string {
    const bytes = this.varBytes();
    try {
      return strictUtf8.decode(bytes);
    } catch {
      throw new MalformedInput("utf8");
    }
  }

  /**
   * Passes over a string and returns its length in UTF-16 units, which is what Yjs counts.
   * Text is almost always short and plain: counting bytes is several times cheaper than decoding them.
   */
  stringUnits(): number {
    const start = this.position;
    const length = this.varUint();
    const from = this.position;
    this.skip(length);
    for (let at = from; at < this.position; at++) {
      if (this.bytes[at]! >= 0x80) {
        this.position = start;
        return this.string().length;
      }
    }
    return length;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
