import * as Y from "yjs";
import type { LoggedUpdate } from "../store/room-store.ts";
import { walkUpdate } from "../update/walk-update.ts";
import { deriveBlocks } from "./derive-blocks.ts";
import type { DerivedBlock } from "./derive-blocks.ts";

export interface SetAside {
  seq: number;
  reason: string;
}

export interface BuiltDocument {
  doc: Y.Doc;
  /** Rows that cannot be part of the document. */
  setAside: SetAside[];
}

export interface EncodedDocument {
  state: Uint8Array;
  stateVector: Uint8Array;
  deletes: Uint8Array;
}

/** Thrown when a document does not survive being written and read again. */
export class UnsoundDocument extends Error {}

/**
 * A document that is what its updates say and no more. A plain Y.Doc deletes formatting it finds superfluous whenever updates
 * arrive, which depends on their order; people's own documents do that and tell, a copy on the server must not.
 */
export function createFaithfulDoc(): Y.Doc {
  const doc = new Y.Doc();
  doc.on("afterTransaction", (transaction) => void (transaction._needFormattingCleanup = false));
  return doc;
}

/**
 * Adds stored updates to a document. A row that throws, or that leaves something waiting for what the log does not have, is
 * set aside and the document is built anew without it; so are rows that need it.
 * @param base the document so far; it is used up
 * @param rebuild a fresh copy of the document so far
 */
export function addUpdates(base: Y.Doc, updates: readonly LoggedUpdate[], rebuild: () => Y.Doc): BuiltDocument {
  let doc = base;
  const taken: LoggedUpdate[] = [];
  const setAside: SetAside[] = [];
  for (const update of updates) {
    const reason = tryUpdate(doc, update.bytes);
    if (reason === undefined) {
      taken.push(update);
      continue;
    }
    setAside.push({ seq: update.seq, reason });
    doc.destroy();
    doc = rebuild();
    for (const { bytes } of taken) Y.applyUpdate(doc, bytes);
  }
  return { doc, setAside };
}

function tryUpdate(doc: Y.Doc, bytes: Uint8Array): string | undefined {
  try {
    Y.applyUpdate(doc, bytes);
  } catch (error) {
    return `throws: ${error instanceof Error ? error.message : String(error)}`;
  }
  return hasPending(doc) ? "depends on something the log does not have" : undefined;
}

/** Writes a document and proves that what was written is the document. @throws UnsoundDocument */
export function encodeVerified(doc: Y.Doc): EncodedDocument {
  const state = Y.encodeStateAsUpdate(doc);
  const stateVector = Y.encodeStateVector(doc);
  const copy = createFaithfulDoc();
  try {
    Y.applyUpdate(copy, state);
    if (hasPending(copy)) throw new UnsoundDocument("a copy waits for something");
    if (Buffer.compare(Y.encodeStateVector(copy), stateVector) !== 0)
      throw new UnsoundDocument("a copy has other clocks");
    if (!isSameText(deriveBlocks(copy), deriveBlocks(doc))) throw new UnsoundDocument("a copy reads differently");
  } finally {
    copy.destroy();
  }
  const { deletesAt } = walkUpdate(state, { maxStructs: Infinity, maxNesting: 1_000 });
  return { state, stateVector, deletes: state.slice(deletesAt) };
}

const hasPending = (doc: Y.Doc): boolean => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;

const isSameText = (a: readonly DerivedBlock[], b: readonly DerivedBlock[]): boolean =>
  a.length === b.length && a.every(({ hash, blockId }, i) => hash === b[i]!.hash && blockId === b[i]!.blockId);
