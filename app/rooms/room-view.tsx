import { Alert, Button, Drawer, Group, Menu, Tabs, Text, Textarea, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useSearchParams } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import type { Editor } from "@tiptap/core";
import { useMemo, useRef, useState, type ReactNode } from "react";
import type { PassageAnchor } from "#db/schema/index.ts";
import { useMe } from "../components/me.tsx";
import { Timeline } from "../components/timeline.tsx";
import { trpc } from "../trpc.ts";
import { AssistantPanel } from "../components/assistant/assistant-panel.tsx";
import type { MarkedPassage } from "./coaching-marks.ts";
import { CoachingTab } from "./coaching-tab.tsx";
import { NotesEditor, type SelectionAct } from "./notes-editor.tsx";
import { CoachForm, CommentForm, ReviewForm, subjectInput, TaskForm, type RoomSubject } from "./passage-forms.tsx";
import { anchorOfSelection, findBlock, findPassage } from "./passages.ts";
import { PresentPeople } from "./present-people.tsx";
import { SaveStatus } from "./save-status.tsx";
import { scrollTo, useOpenedAt } from "./use-opened-at.ts";
import { useRoom, useUnsavedGuard } from "./use-room.ts";
import { VersionsTab } from "./versions-tab.tsx";

interface RoomViewProps {
  subject: RoomSubject;
  title: string;
  /** The record at a glance, left of the notes. */
  panel: ReactNode;
  isStrategyPinned: boolean;
}

type Form = { kind: "coach" | "task" | "comment"; anchor: PassageAnchor | undefined } | { kind: "review" };

/** The deal room: the record, the notes everybody writes in, and what was said about them. */
export default function RoomView({ subject, title, panel, isStrategyPinned }: RoomViewProps) {
  const me = useMe();
  const [attempt, setAttempt] = useState(0);
  const { connection, state, leftover, dismissLeftover } = useRoom(
    subject.roomId,
    { id: me.userId, name: me.name },
    attempt,
  );
  useUnsavedGuard(state.unsavedCount);
  const [params] = useSearchParams();
  const [tab, setTab] = useState<string | null>("coaching");
  const [activeId, setActiveId] = useState<string | null>(params.get("item"));
  const [citedBlockId, setCitedBlockId] = useState<string | null>(null);
  const [form, setForm] = useState<Form>();
  const [question, setQuestion] = useState<string>();
  const editor = useRef<Editor>();
  const isNarrow = useMediaQuery("(max-width: 62em)") ?? false;
  const [side, setSide] = useState<"panel" | "tabs" | null>(null);

  const items = useQuery(trpc.coaching.list.queryOptions(subjectInput(subject)));
  const comments = useQuery(trpc.coaching.comments.queryOptions({ roomId: subject.roomId }));
  const passages = useMemo<MarkedPassage[]>(
    () => [
      ...(items.data ?? []).flatMap((item) =>
        item.anchor && item.state !== "withdrawn"
          ? [{ id: item.id, kind: "coaching" as const, state: item.state, anchor: item.anchor }]
          : [],
      ),
      ...(comments.data ?? []).flatMap((comment) =>
        comment.anchor ? [{ id: comment.id, kind: "comment" as const, state: "open", anchor: comment.anchor }] : [],
      ),
    ],
    [items.data, comments.data],
  );

  const scrollToPassage = (id: string): boolean => {
    const anchor = passages.find((passage) => passage.id === id)?.anchor;
    const view = editor.current?.view;
    return scrollTo(view, anchor && view ? findPassage(view.state, anchor) : undefined);
  };
  const scrollToBlock = (blockId: string): boolean => {
    const view = editor.current?.view;
    return scrollTo(view, view ? findBlock(view.state, blockId) : undefined);
  };
  const showPassage = (id: string): void => {
    setActiveId(id);
    setSide(null);
    scrollToPassage(id);
  };
  const openPassage = (id: string): void => {
    setActiveId(id);
    setTab("coaching");
    if (isNarrow) setSide("tabs");
  };
  const act = (kind: SelectionAct, from: Editor): void => {
    const anchor = anchorOfSelection(from.state);
    if (kind === "ask") {
      setQuestion(anchor?.quote);
      setTab("assistant");
      if (isNarrow) setSide("tabs");
    } else {
      setForm({ kind, anchor });
      from.commands.setTextSelection(from.state.selection.to);
    }
  };
  const follow = (clientId: number): void => {
    const name = (connection?.awareness.getStates().get(clientId)?.user as { name?: string } | undefined)?.name;
    const caret = [...document.querySelectorAll(".collaboration-carets__caret")].find((element) =>
      element.textContent?.includes(name ?? ""),
    );
    caret?.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  const goToStrategy = (): void => {
    const heading = [...document.querySelectorAll(".notes h2, .notes h3")].find((element) =>
      /strategy/i.test(element.textContent ?? ""),
    );
    heading?.scrollIntoView({ block: "start", behavior: "smooth" });
  };

  useOpenedAt({
    isReady: state.status === "live" && items.isSuccess,
    show({ itemId, blockId }) {
      if (itemId) setActiveId(itemId);
      setCitedBlockId(blockId);
    },
    scroll: ({ itemId, blockId }) => (itemId ? scrollToPassage(itemId) : scrollToBlock(blockId ?? "")),
  });

  const canWrite = state.role === "write" && state.status !== "ended" && me.can("room:write");
  const canCoach = me.can("coaching:write");
  const tabs = (
    <Tabs value={tab} onChange={setTab} keepMounted={false} className="room-tabs">
      <Tabs.List>
        <Tabs.Tab value="coaching">Coaching</Tabs.Tab>
        <Tabs.Tab value="assistant">Assistant</Tabs.Tab>
        <Tabs.Tab value="activity">Activity</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="coaching" pt="sm">
        <CoachingTab items={items} comments={comments} activeId={activeId} onShowPassage={showPassage} />
      </Tabs.Panel>
      <Tabs.Panel value="assistant" pt="sm">
        <AssistantPanel record={{ type: subject.type, id: subject.id }} initialQuestion={question} />
      </Tabs.Panel>
      <Tabs.Panel value="activity" pt="sm">
        <Timeline type={subject.type} id={subject.id} />
      </Tabs.Panel>
      <Tabs.Panel value="versions" pt="sm">
        <VersionsTab
          roomId={subject.roomId}
          canRestore={canWrite && me.can("room:restore")}
          onRestored={() => setAttempt(attempt + 1)}
        />
      </Tabs.Panel>
    </Tabs>
  );

  return (
    <div className="room">
      {isNarrow ? null : (
        <aside className="room-panel" aria-label="The record">
          {panel}
        </aside>
      )}
      <section className="room-notes" aria-label="Notes">
        <Group justify="space-between" className="room-head" wrap="nowrap">
          <div className="shrink">
            <Title order={1} className="room-title">
              {title}
            </Title>
            <SaveStatus state={state} />
          </div>
          <Group gap="xs" wrap="nowrap">
            <PresentPeople awareness={connection?.awareness} onFollow={follow} />
            {canCoach ? (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button size="xs">Review</Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {subject.type === "opportunity" ? (
                    <Menu.Item onClick={() => setForm({ kind: "review" })}>Record an outcome</Menu.Item>
                  ) : null}
                  <Menu.Item onClick={() => setForm({ kind: "coach", anchor: undefined })}>
                    Coach the whole record
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            ) : null}
            {isNarrow ? (
              <>
                <Button size="xs" variant="default" onClick={() => setSide("panel")}>
                  Deal
                </Button>
                <Button size="xs" variant="default" onClick={() => setSide("tabs")}>
                  More
                </Button>
              </>
            ) : null}
          </Group>
        </Group>
        {isStrategyPinned ? (
          <Alert color="ink" variant="light" py={6} mb="xs" className="strategy-pin" title={null}>
            <Group justify="space-between" gap="xs">
              <Text size="sm">This deal is over $50,000: plan competitive position and interventions together.</Text>
              <Button size="compact-xs" variant="subtle" onClick={goToStrategy}>
                Deal strategy
              </Button>
            </Group>
          </Alert>
        ) : null}
        {leftover && leftover.text ? (
          <Alert
            color="yellow"
            mb="xs"
            title="Some of your words could not be merged"
            withCloseButton
            onClose={dismissLeftover}
            role="alert"
          >
            <Text size="sm">
              {leftover.reason === "other-version"
                ? "Another version was restored meanwhile."
                : "The server refused an edit."}{" "}
              Copy what you still need:
            </Text>
            <Textarea readOnly autosize maxRows={8} value={leftover.text} aria-label="Your unsaved text" />
          </Alert>
        ) : null}
        {state.status === "ended" ? (
          <Alert color="red" mb="xs" role="alert">
            <Group>
              <Text size="sm">This room was closed for you.</Text>
              <Button size="compact-sm" onClick={() => setAttempt(attempt + 1)}>
                Open again
              </Button>
            </Group>
          </Alert>
        ) : null}
        {connection ? (
          <NotesEditor
            key={`${subject.roomId}-${attempt}`}
            connection={connection}
            canWrite={canWrite}
            canCoach={canCoach}
            passages={passages}
            activeId={activeId}
            citedBlockId={citedBlockId}
            onAct={act}
            onOpenPassage={openPassage}
            onReady={(ready) => (editor.current = ready)}
          />
        ) : null}
      </section>
      {isNarrow ? (
        <Drawer
          opened={side !== null}
          onClose={() => setSide(null)}
          position="bottom"
          size="85%"
          title={side === "panel" ? "The record" : "About these notes"}
        >
          {side === "panel" ? panel : tabs}
        </Drawer>
      ) : (
        <aside className="room-side" aria-label="Coaching, assistant, activity, versions">
          {tabs}
        </aside>
      )}
      {form?.kind === "coach" ? (
        <CoachForm subject={subject} anchor={form.anchor} onClose={() => setForm(undefined)} />
      ) : null}
      {form?.kind === "task" ? (
        <TaskForm subject={subject} anchor={form.anchor} onClose={() => setForm(undefined)} />
      ) : null}
      {form?.kind === "comment" ? (
        <CommentForm roomId={subject.roomId} anchor={form.anchor} onClose={() => setForm(undefined)} />
      ) : null}
      {form?.kind === "review" ? <ReviewForm subject={subject} onClose={() => setForm(undefined)} /> : null}
    </div>
  );
}
