import { createHash } from "node:crypto";
import * as Y from "yjs";

/** A piece of the notes that is read as one: a paragraph, a heading, a list item's text, a code block. */
export interface DerivedBlock {
  /** Stays with the block while it moves or is edited: the id of its element in the document. */
  blockId: string;
  /** The headings above it, outermost first. */
  path: string[];
  kind: string;
  text: string;
  /** SHA-256 of path and text. */
  hash: string;
  /** Client ids whose words are in it. */
  clients: number[];
}

/** What a block's text is made of, in order, so that a place in the text can be told from a place in the document and back. */
export interface TextPiece {
  text: string;
  /** Undefined for what is not typed text: a line break, a mention. */
  item: Y.Item | undefined;
}

export interface BlockText {
  element: Y.XmlElement;
  /** The node that gives the block its kind: the list item rather than the paragraph in it. */
  kind: string;
  pieces: TextPiece[];
}

export const NOTES = "notes";

/** All blocks with text, in reading order, with their headings. */
export function deriveBlocks(doc: Y.Doc): DerivedBlock[] {
  const headings: { level: number; text: string }[] = [];
  return listBlockTexts(doc).flatMap(({ element, kind, pieces }) => {
    const text = pieces
      .map((piece) => piece.text)
      .join("")
      .trim();
    if (text === "") return [];
    const level = kind === "heading" ? levelOf(element) : Infinity;
    while (headings.length > 0 && headings.at(-1)!.level >= level) headings.pop();
    const path = headings.map((heading) => heading.text);
    if (kind === "heading") headings.push({ level, text });
    const clients = new Set(pieces.flatMap(({ item }) => (item ? [item.id.client] : [])));
    return [{ blockId: blockIdOf(element), path, kind, text, hash: hashOf(path, text), clients: [...clients] }];
  });
}

/** The notes as plain text, a line for each block. */
export const plainTextOf = (blocks: readonly Pick<DerivedBlock, "text">[]): string =>
  blocks.map(({ text }) => text).join("\n");

export function blockIdOf(element: Y.XmlElement): string {
  const { client, clock } = element._item!.id;
  return `${client}:${clock}`;
}

const ITEM_NODES = new Set(["listItem", "taskItem"]);

/** The text-bearing elements of the notes in reading order. A paragraph in a list item counts as the item. */
export function listBlockTexts(doc: Y.Doc): BlockText[] {
  const blocks: BlockText[] = [];
  const enter = (parent: Y.XmlFragment | Y.XmlElement): void => {
    for (const child of parent.toArray()) {
      if (!(child instanceof Y.XmlElement)) continue;
      const children = child.toArray();
      if (!children.some((inner) => inner instanceof Y.XmlText)) enter(child);
      else {
        const isInItem = parent instanceof Y.XmlElement && ITEM_NODES.has(parent.nodeName);
        blocks.push({ element: child, kind: isInItem ? "listItem" : child.nodeName, pieces: piecesOf(children) });
      }
    }
  };
  enter(doc.getXmlFragment(NOTES));
  return blocks;
}

function piecesOf(children: readonly unknown[]): TextPiece[] {
  return children.flatMap((child) => {
    if (child instanceof Y.XmlText) return textPieces(child);
    // A hard break, or an embedded node that has no text of its own.
    return [{ text: "\n", item: undefined }];
  });
}

function textPieces(text: Y.XmlText): TextPiece[] {
  const pieces: TextPiece[] = [];
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.content instanceof Y.ContentString) pieces.push({ text: item.content.str, item });
  }
  return pieces;
}

/** Tiptap stores the level as a number; a missing one is the highest. */
const levelOf = (element: Y.XmlElement): number => Number(element.getAttribute("level") ?? 1) || 1;

function hashOf(path: readonly string[], text: string): string {
  return createHash("sha256")
    .update(`${path.join("\n")}\0${text}`)
    .digest("hex");
}
