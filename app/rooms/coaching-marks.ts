import { Extension } from "@tiptap/core";
import { Plugin, PluginKey, type EditorState } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import type { PassageAnchor } from "#db/schema/index.ts";
import { findBlock, findPassage } from "./passages.ts";

export interface MarkedPassage {
  id: string;
  kind: "coaching" | "comment";
  /** Coaching state, for the colour. */
  state: string;
  anchor: PassageAnchor;
}

interface MarksState {
  passages: MarkedPassage[];
  activeId: string | null;
  /** The block that a citation led to. */
  citedBlockId: string | null;
  decorations: DecorationSet;
}

export const coachingMarksKey = new PluginKey<MarksState>("coachingMarks");

function draw(state: EditorState, { passages, activeId, citedBlockId }: MarksState): DecorationSet {
  const cited = citedBlockId === null ? undefined : findBlock(state, citedBlockId);
  const decorations = passages.flatMap(({ id, kind, state: coachingState, anchor }) => {
    const range = findPassage(state, anchor);
    if (!range) return [];
    const attributes = {
      class: "passage-mark",
      "data-passage": id,
      "data-kind": kind,
      "data-state": coachingState,
      ...(id === activeId ? { "data-active": "true" } : {}),
    };
    return [Decoration.inline(range.from, range.to, attributes)];
  });
  if (cited) decorations.push(Decoration.inline(cited.from, cited.to, { class: "passage-mark", "data-kind": "cited" }));
  return DecorationSet.create(state.doc, decorations);
}

/** Margin marks of coaching items and comments: drawn over the text, never part of the document. */
export const CoachingMarks = Extension.create<{ onOpen(id: string): void }>({
  name: "coachingMarks",
  addOptions: () => ({ onOpen: () => undefined }),
  addProseMirrorPlugins() {
    const { onOpen } = this.options;
    return [
      new Plugin<MarksState>({
        key: coachingMarksKey,
        state: {
          init: () => ({ passages: [], activeId: null, citedBlockId: null, decorations: DecorationSet.empty }),
          apply(transaction, old, _before, state) {
            const change = transaction.getMeta(coachingMarksKey) as Partial<MarksState> | undefined;
            if (!change && !transaction.docChanged) return old;
            const next = { ...old, ...change };
            return { ...next, decorations: draw(state, next) };
          },
        },
        props: {
          decorations: (state) => coachingMarksKey.getState(state)?.decorations,
          handleClick(_view, _position, event) {
            const id = (event.target as HTMLElement).closest<HTMLElement>("[data-passage]")?.dataset.passage;
            if (id) onOpen(id);
            return false;
          },
        },
      }),
    ];
  },
});
