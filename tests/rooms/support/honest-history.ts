import * as Y from "yjs";
import { integer, pick } from "./random.ts";

/** One thing a person does in the notes: a new paragraph, typing, deleting, bold, an attribute, a paragraph gone. */
export function editNotes(doc: Y.Doc, random: () => number): void {
  const notes = doc.getXmlFragment("notes");
  doc.transact(() => {
    const elements = notes.toArray().filter((node) => node instanceof Y.XmlElement);
    const choice = random();
    if (elements.length === 0 || choice < 0.12) {
      notes.insert(integer(random, notes.length + 1), [newBlock(random)]);
      return;
    }
    const element = pick(random, elements);
    if (choice < 0.18) return notes.delete(notes.toArray().indexOf(element), 1);
    if (choice < 0.26) return element.setAttribute("level", String(integer(random, 9)));
    const text = element.get(0);
    if (text instanceof Y.XmlText) editText(text, choice, random);
  });
}

function newBlock(random: () => number): Y.XmlElement {
  const block = new Y.XmlElement(random() < 0.3 ? "heading" : "paragraph");
  const text = new Y.XmlText();
  text.insert(0, `abc ${integer(random, 99)}`);
  block.insert(0, [text]);
  return block;
}

function editText(text: Y.XmlText, choice: number, random: () => number): void {
  if (choice < 0.38 && text.length > 2) return text.format(integer(random, text.length - 1), 2, { bold: true });
  if (choice < 0.55 && text.length > 3) return text.delete(integer(random, text.length - 2), 1 + integer(random, 2));
  text.insert(integer(random, text.length + 1), pick(random, ["w", "xy", "wxyz", "é😀x"]));
}

/**
 * The updates of several people who type at once and hear of each other late and irregularly, in an order in which a
 * server may receive them.
 */
export function honestHistory(random: () => number, people = 3, edits = 60): Uint8Array[] {
  const log: Uint8Array[] = [];
  const undo: Y.UndoManager[] = [];
  const seen = Array.from({ length: people }, () => 0);
  const docs = seen.map((_, index) => {
    const doc = new Y.Doc();
    doc.clientID = 1000 + integer(random, 1e6) * people + index;
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "network") log.push(update);
    });
    undo.push(new Y.UndoManager(doc.getXmlFragment("notes"), { captureTimeout: 0 }));
    return doc;
  });
  for (let i = 0; i < edits; i++) {
    const person = integer(random, people);
    const choice = random();
    if (choice < 0.1) undo[person]!.undo();
    else if (choice < 0.15) undo[person]!.redo();
    else editNotes(docs[person]!, random);
    if (random() < 0.5) {
      const reader = integer(random, people);
      while (seen[reader]! < log.length) Y.applyUpdate(docs[reader]!, log[seen[reader]!++]!, "network");
    }
  }
  for (const doc of docs) doc.destroy();
  return log;
}

/** What a reader sees: elements, attributes and formatted text of the notes. */
export function visibleNotes(doc: Y.Doc): string {
  const describe = (node: unknown): unknown => {
    if (node instanceof Y.XmlText) return { text: node.toDelta(), attributes: node.getAttributes() };
    if (node instanceof Y.XmlElement) {
      const attributes = Object.entries(node.getAttributes()).sort(([a], [b]) => (a < b ? -1 : 1));
      return { name: node.nodeName, attributes, children: node.toArray().map(describe) };
    }
    return String(node);
  };
  return JSON.stringify(doc.getXmlFragment("notes").toArray().map(describe));
}
