import * as Y from "yjs";
import type { AnchorState, PassageAnchor } from "#db/schema/coaching.ts";
import { blockIdOf, listBlockTexts } from "./compaction/derive-blocks.ts";
import type { BlockText } from "./compaction/derive-blocks.ts";

export interface ResolvedPassage {
  state: AnchorState;
  /** What the passage reads now; null when it is gone. */
  text: string | null;
  /** Where it is now, when it was found again by its words. */
  anchor?: PassageAnchor;
}

/** Characters kept before and after a quote. */
const CONTEXT = 32;

/**
 * Finds passages again in a document that has gone on. `same`: reads as when it was marked. `moved`: the same
 * letters, in another block.
 * `changed`: something was written or deleted inside. `collapsed`: all of it was deleted. `reattached`: its place is gone but
 * its words stand elsewhere. `orphaned`: neither place nor words exist.
 */
export function resolveAnchors(doc: Y.Doc, anchors: readonly PassageAnchor[]): ResolvedPassage[] {
  const blocks = listBlockTexts(doc).map(toIndexedBlock);
  return anchors.map((anchor) => resolveAnchor(doc, blocks, anchor));
}

/** Marks a range of one or more blocks. @returns undefined if nothing is between the places. */
export function createAnchor(doc: Y.Doc, range: TextRange, seq: number): PassageAnchor | undefined {
  const blocks = listBlockTexts(doc).map(toIndexedBlock);
  return anchorOf(blocks, range, seq);
}

/** Offsets in the texts of blocks; `to` may lie in a later block. */
export interface TextRange {
  from: { blockId: string; offset: number };
  to: { blockId: string; offset: number };
}

interface IndexedBlock extends BlockText {
  blockId: string;
  text: string;
}

interface Place {
  block: number;
  offset: number;
}

function toIndexedBlock(block: BlockText): IndexedBlock {
  return { ...block, blockId: blockIdOf(block.element), text: block.pieces.map(({ text }) => text).join("") };
}

function resolveAnchor(doc: Y.Doc, blocks: IndexedBlock[], anchor: PassageAnchor): ResolvedPassage {
  const from = placeOf(doc, blocks, anchor.start);
  const to = placeOf(doc, blocks, anchor.end);
  if (from && to && isBefore(from, to)) {
    const text = textBetween(blocks, from, to);
    if (text !== anchor.quote) return { state: "changed", text };
    return { state: blocks[from.block]!.blockId === anchor.blockId ? "same" : "moved", text };
  }
  const again = findByWords(blocks, anchor);
  if (again) {
    const renewed = anchorOf(blocks, again, anchor.seq);
    return { state: "reattached", text: anchor.quote, ...(renewed ? { anchor: renewed } : {}) };
  }
  return from || to ? { state: "collapsed", text: "" } : { state: "orphaned", text: null };
}

/** Where the same words stand now: in their own block first, then where most of what stood around them stands too. */
function findByWords(blocks: IndexedBlock[], anchor: PassageAnchor): TextRange | undefined {
  if (anchor.quote.trim() === "" || anchor.quote.includes("\n")) return undefined;
  let best: { score: number; range: TextRange } | undefined;
  blocks.forEach((block, index) => {
    for (let at = block.text.indexOf(anchor.quote); at >= 0; at = block.text.indexOf(anchor.quote, at + 1)) {
      const end = at + anchor.quote.length;
      const around = contextOf(blocks, { block: index, offset: at }, { block: index, offset: end });
      const score =
        (block.blockId === anchor.blockId ? 100 : 0) +
        commonEnd(around.before, anchor.before) +
        commonStart(around.after, anchor.after);
      const range = { from: { blockId: block.blockId, offset: at }, to: { blockId: block.blockId, offset: end } };
      if (!best || score > best.score) best = { score, range };
    }
  });
  return best?.range;
}

function anchorOf(blocks: IndexedBlock[], range: TextRange, seq: number): PassageAnchor | undefined {
  const from = findPlace(blocks, range.from);
  const to = findPlace(blocks, range.to);
  if (!from || !to || !isBefore(from, to)) return undefined;
  // Sticking to the first and the last letter: what is typed right before or after does not become part of the passage.
  const start = encodePlace(blocks, from, 0);
  const end = encodePlace(blocks, { block: to.block, offset: to.offset - 1 }, -1);
  if (!start || !end) return undefined;
  const quote = textBetween(blocks, from, to);
  return { start, end, blockId: blocks[from.block]!.blockId, quote, ...contextOf(blocks, from, to), seq };
}

function findPlace(blocks: IndexedBlock[], { blockId, offset }: TextRange["from"]): Place | undefined {
  const block = blocks.findIndex((each) => each.blockId === blockId);
  return block < 0 || offset > blocks[block]!.text.length ? undefined : { block, offset };
}

/** The letter at a place as a relative position: `assoc` 0 stands before it, -1 behind it. */
function encodePlace(blocks: IndexedBlock[], { block, offset }: Place, assoc: 0 | -1): string | undefined {
  let passed = 0;
  for (const { text, item } of blocks[block]!.pieces) {
    if (offset < passed + text.length) {
      if (!item) return undefined;
      const id = Y.createID(item.id.client, item.id.clock + offset - passed);
      return Buffer.from(Y.encodeRelativePosition(new Y.RelativePosition(null, null, id, assoc))).toString("base64");
    }
    passed += text.length;
  }
  return undefined;
}

function placeOf(doc: Y.Doc, blocks: IndexedBlock[], encoded: string): Place | undefined {
  let position: Y.AbsolutePosition | null;
  try {
    const relative = Y.decodeRelativePosition(new Uint8Array(Buffer.from(encoded, "base64")));
    position = Y.createAbsolutePositionFromRelativePosition(relative, doc);
  } catch {
    return undefined;
  }
  if (!position || !(position.type instanceof Y.XmlText)) return undefined;
  const { parent } = position.type;
  const block = blocks.findIndex(({ element }) => element === parent);
  return block < 0 ? undefined : { block, offset: offsetInBlock(blocks[block]!, position.type, position.index) };
}

/** A block may hold several texts, with line breaks in between. */
function offsetInBlock(block: IndexedBlock, text: Y.XmlText, index: number): number {
  let passed = 0;
  for (const child of block.element.toArray()) {
    if (child === text) return passed + index;
    passed += child instanceof Y.XmlText ? child.length : 1;
  }
  return passed;
}

const isBefore = (a: Place, b: Place): boolean => a.block < b.block || (a.block === b.block && a.offset < b.offset);

function textBetween(blocks: IndexedBlock[], from: Place, to: Place): string {
  if (from.block === to.block) return blocks[from.block]!.text.slice(from.offset, to.offset);
  const between = blocks.slice(from.block + 1, to.block).map(({ text }) => text);
  return [blocks[from.block]!.text.slice(from.offset), ...between, blocks[to.block]!.text.slice(0, to.offset)].join(
    "\n",
  );
}

function contextOf(blocks: IndexedBlock[], from: Place, to: Place): { before: string; after: string } {
  return {
    before: blocks[from.block]!.text.slice(Math.max(0, from.offset - CONTEXT), from.offset),
    after: blocks[to.block]!.text.slice(to.offset, to.offset + CONTEXT),
  };
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

const commonEnd = (a: string, b: string): number => commonStart(reverse(a), reverse(b));
const reverse = (text: string): string => [...text].reverse().join("");
