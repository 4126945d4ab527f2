import { MalformedInput } from "./byte-reader.ts";
import type { ByteReader } from "./byte-reader.ts";

/** The kinds of content a struct can carry, by their number in Yjs's encoding. */
export const Content = {
  Gc: 0,
  Deleted: 1,
  Json: 2,
  Binary: 3,
  String: 4,
  Embed: 5,
  Format: 6,
  Type: 7,
  Any: 8,
  Doc: 9,
  Skip: 10,
} as const;
export type Content = (typeof Content)[keyof typeof Content];

/** The shared types, by their number in Yjs's encoding. */
export const TypeKind = { Array: 0, Map: 1, Text: 2, XmlElement: 3, XmlFragment: 4, XmlHook: 5, XmlText: 6 } as const;
export type TypeKind = (typeof TypeKind)[keyof typeof TypeKind];

/** What reading the content tells about the struct. */
interface ContentFacts {
  content: Content;
  length: number;
  typeKind: TypeKind | null;
}

/**
 * Passes over the content of a struct, noting its length and, for a type, which.
 * @throws MalformedInput for anything a client's Yjs would choke on.
 */
export function readStructContent(reader: ByteReader, struct: ContentFacts, maxNesting: number): void {
  switch (struct.content) {
    case Content.Deleted:
      struct.length = reader.varUint();
      return;
    case Content.String:
      struct.length = reader.stringUnits();
      return;
    case Content.Json:
      struct.length = reader.varUint();
      for (let left = struct.length; left > 0; left--) checkJsonItem(reader.string(), maxNesting);
      return;
    case Content.Any:
      struct.length = reader.varUint();
      for (let left = struct.length; left > 0; left--) skipAny(reader, maxNesting);
      return;
    case Content.Binary:
      reader.skip(reader.varUint());
      return;
    case Content.Embed:
      checkJson(reader.string(), maxNesting);
      return;
    case Content.Format:
      reader.string();
      checkJson(reader.string(), maxNesting);
      return;
    case Content.Type:
      struct.typeKind = readTypeKind(reader);
      return;
    default:
      // Among them sub-documents: they would name a second document that nobody stores.
      throw new MalformedInput("content");
  }
}

function readTypeKind(reader: ByteReader): TypeKind {
  const kind = reader.varUint();
  if (kind > TypeKind.XmlText) throw new MalformedInput("type");
  if (kind === TypeKind.XmlElement || kind === TypeKind.XmlHook) reader.string();
  return kind as TypeKind;
}

/** The old list encoding writes the bare word `undefined` for a hole. */
function checkJsonItem(text: string, maxNesting: number): void {
  if (text !== "undefined") checkJson(text, maxNesting);
}

/** Every client runs JSON.parse on these, so a text that does not parse breaks every client. */
function checkJson(text: string, maxNesting: number): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedInput("json");
  }
  if (exceedsNesting(value, maxNesting)) throw new MalformedInput("nesting");
}

function exceedsNesting(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  return Object.values(value).some((inner) => exceedsNesting(inner, left - 1));
}

/** Passes over a value of lib0's `any` encoding: one type byte from 127 (undefined) down to 116 (bytes), then the value. */
function skipAny(reader: ByteReader, nesting: number): void {
  if (nesting < 0) throw new MalformedInput("nesting");
  switch (reader.uint8()) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125:
      reader.skipVarInt();
      return;
    case 124: // float32
      reader.skip(4);
      return;
    case 123: // float64
    case 122: // bigint
      reader.skip(8);
      return;
    case 119:
      reader.stringUnits();
      return;
    case 118: // object
      for (let left = reader.varUint(); left > 0; left--) {
        // Assigning this key replaces the prototype of the object on the reader's side.
        if (reader.string() === "__proto__") throw new MalformedInput("key");
        skipAny(reader, nesting - 1);
      }
      return;
    case 117: // array
      for (let left = reader.varUint(); left > 0; left--) skipAny(reader, nesting - 1);
      return;
    case 116: // bytes
      reader.skip(reader.varUint());
      return;
    default:
      throw new MalformedInput("any");
  }
}
