import type { EditorState } from "@tiptap/pm/state";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
  type ProsemirrorBinding,
} from "@tiptap/y-tiptap";
import { fromBase64, toBase64 } from "lib0/buffer";
import * as Y from "yjs";
import type { PassageAnchor } from "#db/schema/index.ts";

interface SyncState {
  doc: Y.Doc;
  type: Y.XmlFragment;
  binding: ProsemirrorBinding;
}

const CONTEXT = 32;

const syncOf = (state: EditorState): SyncState | undefined => ySyncPluginKey.getState(state) as SyncState | undefined;

/**
 * The selected passage as an anchor that survives editing: it holds on to its first and its last letter, so what is typed right
 * before or behind it does not become part of it.
 * @returns undefined when nothing that has letters is selected.
 */
export function anchorOfSelection(state: EditorState): PassageAnchor | undefined {
  const sync = syncOf(state);
  const { from, to } = state.selection;
  const quote = state.doc.textBetween(from, to, "\n").trim();
  if (!sync || quote === "") return undefined;
  const start = letterAt(sync, from, 0);
  const end = letterAt(sync, to, -1);
  if (!start || !end) return undefined;
  return {
    start: start.position,
    end: end.position,
    blockId: start.blockId,
    quote: state.doc.textBetween(from, to, "\n").slice(0, 4000),
    before: state.doc.textBetween(Math.max(0, from - CONTEXT), from, "\n").slice(-CONTEXT),
    after: state.doc.textBetween(to, Math.min(state.doc.content.size, to + CONTEXT), "\n").slice(0, CONTEXT),
    seq: 0,
  };
}

function letterAt(
  { doc, type, binding }: SyncState,
  position: number,
  assoc: 0 | -1,
): { position: string; blockId: string | null } | undefined {
  const relative = absolutePositionToRelativePosition(position, type, binding.mapping) as Y.RelativePosition;
  const place = Y.createAbsolutePositionFromRelativePosition(relative, doc);
  if (!(place?.type instanceof Y.XmlText)) return undefined;
  const letter = Y.createRelativePositionFromTypeIndex(place.type, place.index, assoc);
  const id = place.type.parent?._item?.id;
  return { position: toBase64(Y.encodeRelativePosition(letter)), blockId: id ? `${id.client}:${id.clock}` : null };
}

/** Where a passage stands now; undefined when it is gone. */
export function findPassage(
  state: EditorState,
  anchor: Pick<PassageAnchor, "start" | "end">,
): { from: number; to: number } | undefined {
  const sync = syncOf(state);
  if (!sync?.binding) return undefined;
  const place = (encoded: string): number | null => {
    try {
      const relative = Y.decodeRelativePosition(fromBase64(encoded));
      return relativePositionToAbsolutePosition(sync.doc, sync.type, relative, sync.binding.mapping) as number | null;
    } catch {
      return null;
    }
  };
  const from = place(anchor.start);
  const to = place(anchor.end);
  return from !== null && to !== null && from < to ? { from, to } : undefined;
}

/** The text of a block of the notes, as citations name it (`client:clock` of its element); undefined when it is gone. */
export function findBlock(state: EditorState, blockId: string): { from: number; to: number } | undefined {
  const sync = syncOf(state);
  const element = sync?.binding ? elementOf(sync.type, blockId) : undefined;
  const text = element?.toArray().find((child) => child instanceof Y.XmlText);
  if (!sync || !text) return undefined;
  const relative = Y.createRelativePositionFromTypeIndex(text, 0);
  const at = relativePositionToAbsolutePosition(sync.doc, sync.type, relative, sync.binding.mapping) as number | null;
  if (at === null) return undefined;
  const place = state.doc.resolve(at);
  return { from: place.start(), to: place.end() };
}

function elementOf(parent: Y.XmlFragment, blockId: string): Y.XmlElement | undefined {
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    const id = child._item?.id;
    if (id && `${id.client}:${id.clock}` === blockId) return child;
    const inner = elementOf(child, blockId);
    if (inner) return inner;
  }
  return undefined;
}
