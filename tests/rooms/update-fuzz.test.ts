import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { DEFAULT_LIMITS } from "#server/rooms/limits.ts";
import { RoomState } from "#server/rooms/update/room-state.ts";
import type { StructId } from "#server/rooms/update/walk-update.ts";
import { forgeUpdate } from "./support/forged-update.ts";
import type { ForgedStruct } from "./support/forged-update.ts";
import { honestHistory, visibleNotes } from "./support/honest-history.ts";
import { integer, pick, seededRandom } from "./support/random.ts";

// A mutant that the room accepts must leave every document equal to its own copy, with nothing pending.
// Two people may delete the same word: the second deletion is known.
const HONEST = new Set(["accepted", "known"]);
// FUZZ_SCALE=50 is a night's worth.
const SCALE = Number(process.env.FUZZ_SCALE ?? 1);
const HISTORIES = 40 * SCALE;
const MUTANTS_EACH = 25;

describe("S15 mutated updates", () => {
  test("honest updates of people who type at once are all accepted, in one order or another", () => {
    const random = seededRandom(11);
    for (let i = 0; i < 30 * SCALE; i++) {
      const log = honestHistory(random);
      expect([...verdicts(roomOf([]), log)].filter((kind) => !HONEST.has(kind))).toEqual([]);
      // A room that starts from a stored state decides the same.
      const half = log.length >> 1;
      const stored = Y.encodeStateAsUpdate(documentOf(log.slice(0, half)));
      const reloaded = roomOf([stored]);
      expect([...verdicts(reloaded, log.slice(half))].filter((kind) => !HONEST.has(kind))).toEqual([]);
    }
  });

  test("bytes flipped, cut, doubled: what is accepted never poisons a document", () => {
    const result = fuzz(1, (log, next, random) => mutateBytes(log[next]!, random));
    expect(result.poisoned).toEqual([]);
    expect(result.accepted).toBeGreaterThan(30);
    expect(result.refused).toBeGreaterThan(500);
  });

  test("well-formed lies about neighbours, parents and content: what is accepted never poisons a document", () => {
    const result = fuzz(2, (log, next, random) => forgeNeighbours(log.slice(0, next), random));
    expect(result.poisoned).toEqual([]);
    expect(result.accepted).toBeGreaterThan(80);
    expect(result.refused).toBeGreaterThan(200);
  });

  test("the checks are needed: stock Yjs takes the same lies and is poisoned", () => {
    const result = fuzz(2, (log, next, random) => forgeNeighbours(log.slice(0, next), random), { trustAll: true });
    expect(result.poisoned.length).toBeGreaterThan(5);
  });
});

function fuzz(
  seed: number,
  mutate: (log: Uint8Array[], next: number, random: () => number) => Uint8Array,
  { trustAll = false } = {},
) {
  const random = seededRandom(seed);
  const result = { accepted: 0, refused: 0, poisoned: [] as string[] };
  for (let i = 0; i < HISTORIES; i++) {
    const log = honestHistory(random);
    const next = 5 + integer(random, log.length - 5);
    const base = log.slice(0, next);
    for (let j = 0; j < MUTANTS_EACH; j++) {
      const mutant = mutate(log, next, random);
      const stored = trustAll ? mutant : considered(base, mutant);
      if (stored === "refused") result.refused++;
      if (typeof stored === "string") continue;
      result.accepted++;
      const harm = harmDone(base, stored);
      if (harm) result.poisoned.push(`history ${i}, mutant ${j}: ${harm}`);
    }
  }
  return result;
}

/** What the room would store of an update, if anything. */
function considered(base: Uint8Array[], update: Uint8Array): Uint8Array | "refused" | "known" {
  const verdict = roomOf(base).consider(update, MALLORY);
  if (verdict.kind === "accepted") return verdict.bytes;
  return verdict.kind === "known" ? "known" : "refused";
}

const MALLORY = { userId: "mallory", isMerge: false };

function roomOf(base: Uint8Array[]): RoomState {
  const room = new RoomState(DEFAULT_LIMITS.update);
  for (const update of base) room.restore(update);
  return room;
}

function verdicts(room: RoomState, log: Uint8Array[]): Set<string> {
  return new Set(log.map((update) => room.consider(update, MALLORY)).map((v) => ("reason" in v ? v.reason : v.kind)));
}

function documentOf(log: Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of log) Y.applyUpdate(doc, update);
  return doc;
}

/** What is wrong with a document that took the mutant, or undefined. */
function harmDone(base: Uint8Array[], mutant: Uint8Array): string | undefined {
  try {
    const doc = documentOf([...base, mutant]);
    if (doc.store.pendingStructs || doc.store.pendingDs) return "pending";
    const copy = documentOf([Y.encodeStateAsUpdate(doc)]);
    if (copy.store.pendingStructs || copy.store.pendingDs) return "copy pending";
    if (visibleNotes(copy) !== visibleNotes(doc)) return "copy differs";
    if (!sameBytes(Y.encodeStateVector(copy), Y.encodeStateVector(doc))) return "copy has other clocks";
    const merged = documentOf([Y.mergeUpdates([...base, mutant])]);
    // The words only: Yjs itself tidies formatting differently when honest updates come one by one and when they come merged.
    return words(merged) === words(doc) ? undefined : "merge differs";
  } catch (error) {
    return `throws ${String(error)}`;
  }
}

const words = (doc: Y.Doc) =>
  doc
    .getXmlFragment("notes")
    .toString()
    .replace(/<[^>]*>/g, "|")
    .replace(/\|+/g, "|");
const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function mutateBytes(update: Uint8Array, random: () => number): Uint8Array {
  const bytes = [...update];
  for (let count = 1 + integer(random, 2); count > 0; count--) {
    const at = integer(random, bytes.length);
    const choice = random();
    if (choice < 0.4) bytes[at] = integer(random, 256);
    else if (choice < 0.6) bytes[at] = bytes[at]! ^ (1 << integer(random, 8));
    else if (choice < 0.75) bytes[at] = (bytes[at]! + (random() < 0.5 ? 1 : 255)) & 255;
    else if (choice < 0.83) bytes.splice(at, 1);
    else if (choice < 0.92) bytes.splice(at, 0, integer(random, 256));
    else bytes.splice(at, 0, ...bytes.slice(at, at + integer(random, 8)));
  }
  return Uint8Array.from(bytes);
}

/** One or two new structs at the right clock, with neighbours and parents drawn from all that exists. */
function forgeNeighbours(base: Uint8Array[], random: () => number): Uint8Array {
  const clocks = roomOf(base).stateVector;
  const clients = [...clocks.keys()];
  const anyId = (): StructId => {
    const client = pick(random, clients);
    return { client, clock: integer(random, clocks.get(client)!) };
  };
  const near = (id: StructId): StructId => ({
    client: id.client,
    clock: Math.max(0, Math.min(clocks.get(id.client)! - 1, id.clock + integer(random, 9) - 4)),
  });
  const forgeStruct = (): ForgedStruct => {
    const origin = random() < 0.8 ? anyId() : null;
    const rightOrigin = random() < 0.8 ? (origin && random() < 0.7 ? near(origin) : anyId()) : null;
    const struct: ForgedStruct = { content: pick(random, [4, 4, 4, 4, 1, 6, 7, 8, 0]), origin, rightOrigin };
    struct.parent = random() < 0.5 ? "notes" : anyId();
    if (!origin && !rightOrigin && random() < 0.3) struct.parentSub = "level";
    struct.typeKind = pick(random, [3, 6, 2, 0]);
    return struct;
  };
  const client = random() < 0.5 ? pick(random, clients) : 7;
  const structs = Array.from({ length: 1 + integer(random, 2) }, forgeStruct);
  return forgeUpdate([{ client, clock: clocks.get(client) ?? 0, structs }]);
}
