import { ByteReader, MalformedInput } from "./byte-reader.ts";
import { Content, readStructContent } from "./walk-content.ts";
import type { TypeKind } from "./walk-content.ts";

export interface StructId {
  client: number;
  clock: number;
}

/** One struct of an update, without its content. */
export interface WalkedStruct {
  client: number;
  clock: number;
  length: number;
  content: Content;
  origin: StructId | null;
  rightOrigin: StructId | null;
  /** Present only when the struct has neither origin: the type it is in, or the name of a root type. */
  parent: StructId | string | null;
  parentSub: string | null;
  /** For `Content.Type`: which type. */
  typeKind: TypeKind | null;
}

/** All structs of one client in an update: clocks `from` (inclusive) to `to` (exclusive), without a gap. */
export interface ClientSection {
  client: number;
  from: number;
  to: number;
  structs: WalkedStruct[];
}

export interface DeletedRange {
  client: number;
  clock: number;
  length: number;
}

export interface WalkedUpdate {
  sections: ClientSection[];
  deletes: DeletedRange[];
  /** Where the delete set starts in the bytes. */
  deletesAt: number;
}

export interface WalkLimits {
  maxStructs: number;
  /** How deep values inside attributes, marks and embeds may nest. */
  maxNesting: number;
}

// Yjs 13 draws client ids from 32 bits. A clock of four billion is four billion keystrokes of one client.
const MAX_CLIENT_ID = 2 ** 32 - 1;
const MAX_CLOCK = 2 ** 32;

/**
 * Reads an update (encoding version 1) once, strictly and without building a document: about a microsecond for a keystroke.
 * What it returns is well-formed on its own; whether it fits the room is for `RoomShape` to say.
 * @throws MalformedInput
 */
export function walkUpdate(bytes: Uint8Array, limits: WalkLimits): WalkedUpdate {
  const reader = new ByteReader(bytes);
  const sections = readSections(reader, limits);
  const deletesAt = reader.position;
  const deletes = readDeleteSet(reader, limits);
  if (!reader.isAtEnd) throw new MalformedInput("trailing-bytes");
  return { sections, deletes, deletesAt };
}

/** Reads a state vector as clients send it in sync step 1. @throws MalformedInput */
export function walkStateVector(bytes: Uint8Array, maxClients: number): Map<number, number> {
  const reader = new ByteReader(bytes);
  const count = reader.varUint();
  if (count > maxClients) throw new MalformedInput("too-many-clients");
  const vector = new Map<number, number>();
  for (let i = 0; i < count; i++) vector.set(readClient(reader), reader.varUint());
  if (!reader.isAtEnd) throw new MalformedInput("trailing-bytes");
  return vector;
}

/** Reads the delete set that `encodeDeleteSet` wrote or that ends a trusted state. @throws MalformedInput */
export function walkDeleteSet(bytes: Uint8Array, limits: WalkLimits): DeletedRange[] {
  return readDeleteSet(new ByteReader(bytes), limits);
}

function readSections(reader: ByteReader, limits: WalkLimits): ClientSection[] {
  const count = reader.varUint();
  const sections: ClientSection[] = [];
  const seen = new Set<number>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    const structCount = reader.varUint();
    total += structCount;
    if (total > limits.maxStructs) throw new MalformedInput("too-many-structs");
    if (structCount === 0) throw new MalformedInput("empty-section");
    const client = readClient(reader);
    // Yjs keeps only the last section of a client; the others would be lost without a word.
    if (seen.has(client)) throw new MalformedInput("client-twice");
    seen.add(client);
    sections.push(readSection(reader, client, structCount, limits));
  }
  return sections;
}

function readSection(reader: ByteReader, client: number, structCount: number, limits: WalkLimits): ClientSection {
  const from = reader.varUint();
  const structs: WalkedStruct[] = [];
  let clock = from;
  for (let i = 0; i < structCount; i++) {
    const struct = readStruct(reader, client, clock, limits);
    structs.push(struct);
    clock += struct.length;
    if (clock > MAX_CLOCK) throw new MalformedInput("clock");
  }
  return { client, from, to: clock, structs };
}

const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_PARENT_SUB = 0x20;

function readStruct(reader: ByteReader, client: number, clock: number, limits: WalkLimits): WalkedStruct {
  const info = reader.uint8();
  const content = (info & 0x1f) as Content;
  const struct: WalkedStruct = {
    client,
    clock,
    length: 1,
    content,
    origin: null,
    rightOrigin: null,
    parent: null,
    parentSub: null,
    typeKind: null,
  };
  if (content === Content.Gc || content === Content.Skip) {
    if (info !== content) throw new MalformedInput("info");
    struct.length = readLength(reader);
    return struct;
  }
  if (info & HAS_ORIGIN) struct.origin = readId(reader);
  if (info & HAS_RIGHT_ORIGIN) struct.rightOrigin = readId(reader);
  if (struct.origin === null && struct.rightOrigin === null) {
    struct.parent = readParent(reader);
    if (info & HAS_PARENT_SUB) struct.parentSub = reader.string();
  }
  readStructContent(reader, struct, limits.maxNesting);
  // A struct of length zero makes Yjs's binary search run for ever or throw.
  if (struct.length === 0) throw new MalformedInput("empty-struct");
  if (struct.length > MAX_CLOCK) throw new MalformedInput("clock");
  return struct;
}

function readParent(reader: ByteReader): StructId | string {
  const marker = reader.varUint();
  if (marker > 1) throw new MalformedInput("parent");
  return marker === 1 ? reader.string() : readId(reader);
}

function readDeleteSet(reader: ByteReader, limits: WalkLimits): DeletedRange[] {
  const deletes: DeletedRange[] = [];
  const seen = new Set<number>();
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = readClient(reader);
    if (seen.has(client)) throw new MalformedInput("client-twice");
    seen.add(client);
    const count = reader.varUint();
    if (count === 0) throw new MalformedInput("empty-section");
    if (deletes.length + count > limits.maxStructs) throw new MalformedInput("too-many-deletes");
    let previousEnd = 0;
    for (let i = 0; i < count; i++) {
      const clock = reader.varUint();
      const length = readLength(reader);
      // Yjs always writes ranges sorted; it applies others in an order that depends on what is already known.
      if (clock < previousEnd) throw new MalformedInput("delete-order");
      previousEnd = clock + length;
      if (previousEnd > MAX_CLOCK) throw new MalformedInput("clock");
      deletes.push({ client, clock, length });
    }
  }
  return deletes;
}

function readClient(reader: ByteReader): number {
  const client = reader.varUint();
  if (client > MAX_CLIENT_ID) throw new MalformedInput("client-id");
  return client;
}

function readId(reader: ByteReader): StructId {
  return { client: readClient(reader), clock: reader.varUint() };
}

function readLength(reader: ByteReader): number {
  const length = reader.varUint();
  if (length === 0) throw new MalformedInput("empty-struct");
  if (length > MAX_CLOCK) throw new MalformedInput("clock");
  return length;
}
