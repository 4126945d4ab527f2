import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import {
  IconBold,
  IconH2,
  IconItalic,
  IconList,
  IconListNumbers,
  IconMessage,
  IconMessageCircleQuestion,
  IconQuote,
  IconTargetArrow,
  IconSpeakerphone,
} from "@tabler/icons-react";
import type { Editor } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { Placeholder } from "@tiptap/extensions";
import { EditorContent, useEditor } from "@tiptap/react";
import { BubbleMenu } from "@tiptap/react/menus";
import { StarterKit } from "@tiptap/starter-kit";
import { useEffect } from "react";
import { useNonce } from "../components/nonce.ts";
import { CoachingMarks, coachingMarksKey, type MarkedPassage } from "./coaching-marks.ts";
import type { RoomConnection } from "./provider.ts";

export type SelectionAct = "coach" | "comment" | "ask" | "task";

interface NotesEditorProps {
  connection: RoomConnection;
  canWrite: boolean;
  canCoach: boolean;
  passages: MarkedPassage[];
  activeId: string | null;
  citedBlockId: string | null;
  onAct(act: SelectionAct, editor: Editor): void;
  onOpenPassage(id: string): void;
  onReady(editor: Editor): void;
}

/** The notes: one document for everybody in the room, with named carets and marks of coaching. */
export function NotesEditor({
  connection,
  canWrite,
  canCoach,
  passages,
  activeId,
  citedBlockId,
  onAct,
  onOpenPassage,
  onReady,
}: NotesEditorProps) {
  const nonce = useNonce();
  const editor = useEditor(
    {
      immediatelyRender: false,
      editable: canWrite,
      ...(nonce ? { injectNonce: nonce } : {}),
      extensions: [
        StarterKit.configure({ undoRedo: false, link: { openOnClick: false, protocols: ["http", "https", "mailto"] } }),
        Collaboration.configure({ document: connection.doc, field: "notes" }),
        CollaborationCaret.configure({
          provider: connection.provider,
          user: connection.awareness.getLocalState()?.user as Record<string, string>,
        }),
        Placeholder.configure({ placeholder: "Write what you know about this deal" }),
        CoachingMarks.configure({ onOpen: onOpenPassage }),
      ],
      editorProps: {
        attributes: {
          class: "notes",
          "aria-label": "Shared notes",
          role: "textbox",
          "aria-multiline": "true",
          spellcheck: "true",
        },
      },
      onSelectionUpdate: ({ editor }) => connection.awareness.setLocalStateField("section", sectionAt(editor)),
      onCreate: ({ editor }) => onReady(editor),
    },
    [connection],
  );

  useEffect(() => void editor?.setEditable(canWrite), [editor, canWrite]);
  useEffect(() => {
    const marks = { passages, activeId, citedBlockId };
    editor?.view.dispatch(editor.state.tr.setMeta(coachingMarksKey, marks).setMeta("addToHistory", false));
  }, [editor, passages, activeId, citedBlockId]);

  if (!editor) return null;
  return (
    <>
      {canWrite ? <Toolbar editor={editor} /> : null}
      <BubbleMenu
        editor={editor}
        shouldShow={({ state }) =>
          !state.selection.empty && state.doc.textBetween(state.selection.from, state.selection.to, " ").trim() !== ""
        }
        className="selection-bar"
      >
        <Group gap={4} wrap="nowrap" role="toolbar" aria-label="Selected text">
          {canCoach ? (
            <Button
              size="compact-sm"
              leftSection={<IconSpeakerphone size={15} />}
              onClick={() => onAct("coach", editor)}
            >
              Coach
            </Button>
          ) : null}
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconMessage size={15} />}
            onClick={() => onAct("comment", editor)}
          >
            Comment
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconMessageCircleQuestion size={15} />}
            onClick={() => onAct("ask", editor)}
          >
            Ask
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconTargetArrow size={15} />}
            onClick={() => onAct("task", editor)}
          >
            Make task
          </Button>
        </Group>
      </BubbleMenu>
      <EditorContent editor={editor} />
    </>
  );
}

/** Heading above the caret: the section that others see a person in. */
function sectionAt(editor: Editor): string | null {
  const { from } = editor.state.selection;
  let section: string | null = null;
  editor.state.doc.forEach((node, offset) => {
    if (node.type.name === "heading" && offset <= from) section = node.textContent;
  });
  return section;
}

function Toolbar({ editor }: { editor: Editor }) {
  const tools = [
    { label: "Heading", icon: IconH2, run: () => editor.chain().focus().toggleHeading({ level: 2 }).run() },
    { label: "Bold", icon: IconBold, run: () => editor.chain().focus().toggleBold().run() },
    { label: "Italic", icon: IconItalic, run: () => editor.chain().focus().toggleItalic().run() },
    { label: "List", icon: IconList, run: () => editor.chain().focus().toggleBulletList().run() },
    { label: "Numbered list", icon: IconListNumbers, run: () => editor.chain().focus().toggleOrderedList().run() },
    { label: "Quote", icon: IconQuote, run: () => editor.chain().focus().toggleBlockquote().run() },
  ];
  return (
    <Group gap={2} className="notes-toolbar" role="toolbar" aria-label="Format">
      {tools.map(({ label, icon: Icon, run }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon variant="subtle" color="gray" size={30} onClick={run} aria-label={label}>
            <Icon size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      ))}
    </Group>
  );
}
