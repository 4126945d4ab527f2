import { Badge, Button, Collapse, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { trpc } from "../../trpc.ts";
import { Day, When } from "../format.tsx";
import { ErrorState, RowsSkeleton } from "../states.tsx";
import { AcknowledgeForm } from "./acknowledge-form.tsx";
import { DueBar } from "./due-bar.tsx";
import { PassageDiff } from "./passage-diff.tsx";
import { useCoachingActs } from "./use-coaching-acts.tsx";

export type CoachingItem = Outputs["coaching"]["list"][number];

const STATE_WORDS: Record<CoachingItem["state"], { label: string; color: string }> = {
  open: { label: "To acknowledge", color: "ink" },
  reopened: { label: "Reopened", color: "orange" },
  escalated: { label: "Escalated", color: "red" },
  acknowledged: { label: "Acknowledged", color: "teal" },
  in_progress: { label: "In progress", color: "teal" },
  done: { label: "Done", color: "gray" },
  withdrawn: { label: "Withdrawn", color: "gray" },
};
const REPLY_WORDS = { agreed: "Agreed", will_do_by: "Will do by", disagree: "Disagrees" } as const;
const ACT_WORDS: Record<string, string> = {
  request: "asked",
  acknowledge: "acknowledged",
  undo_acknowledge: "took the acknowledgment back",
  start: "started",
  finish: "finished",
  reopen: "reopened",
  withdraw: "withdrew it",
  escalate: "Escalated: not acknowledged in time",
  comment: "wrote",
};

/** Acts that need no word. */
const ACT_BUTTONS = [
  { name: "start", label: "Start", isQuiet: false },
  { name: "finish", label: "Done", isQuiet: false },
  { name: "undo_acknowledge", label: "Undo", isQuiet: true },
  { name: "withdraw", label: "Withdraw", isQuiet: true },
] as const;

export const StateBadge = ({ state }: { state: CoachingItem["state"] }) => (
  <Badge size="sm" variant="light" color={STATE_WORDS[state].color}>
    {STATE_WORDS[state].label}
  </Badge>
);

interface ItemCardProps {
  item: CoachingItem;
  isOpen: boolean;
  onToggle(): void;
  onShowPassage?: ((item: CoachingItem) => void) | undefined;
}

/** One coaching item: what is asked, the quoted words, the clock, the answer, and on opening its whole ledger. */
export function ItemCard({ item, isOpen, onToggle, onShowPassage }: ItemCardProps) {
  const { act, acknowledge } = useCoachingActs();
  const isWaiting = item.state === "open" || item.state === "reopened" || item.state === "escalated";
  const can = (name: string): boolean => (item.acts as string[]).includes(name);
  return (
    <article
      className="panel coaching-item"
      data-state={item.state}
      aria-label={`Coaching by ${item.authorName}: ${item.comment}`}
    >
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text size="sm">
            <strong>{item.authorName}</strong> to <strong>{item.repName}</strong>{" "}
            <span className="muted">
              <When at={item.createdAt} />
            </span>
          </Text>
          <Group gap={6}>
            {item.severity === "urgent" ? (
              <Badge size="sm" color="red">
                Urgent
              </Badge>
            ) : null}
            <StateBadge state={item.state} />
          </Group>
        </Group>
        {item.quote ? (
          <blockquote className="quote">
            {item.quote}
            {item.anchorState === "orphaned" || item.anchorState === "collapsed" ? (
              <Text size="xs" c="dimmed">
                This passage was removed from the notes.
              </Text>
            ) : null}
          </blockquote>
        ) : null}
        <Text className="prose">{item.comment}</Text>
        <DueBar createdAt={item.createdAt} dueAt={item.dueAt} isRunning={isWaiting} />
        {item.reply ? (
          <Text size="sm">
            <strong>{REPLY_WORDS[item.reply]}</strong> {item.replyDueOn ? <Day day={item.replyDueOn} /> : null}{" "}
            {item.replyComment}{" "}
            {item.acknowledgedAt ? (
              <span className="muted">
                <When at={item.acknowledgedAt} />
              </span>
            ) : null}
          </Text>
        ) : null}
        {item.hasChangedSinceAcknowledged && item.acknowledgedText !== null ? (
          <div>
            <Badge size="sm" color="orange" variant="light">
              Changed since acknowledged
            </Badge>
            <PassageDiff before={item.acknowledgedText} after={item.currentText ?? item.quote ?? ""} />
          </div>
        ) : null}
        {can("acknowledge") ? (
          <AcknowledgeForm
            isSaving={acknowledge.isPending}
            onAnswer={(answer) => acknowledge.mutate({ item, answer })}
          />
        ) : null}
        <Group gap="xs">
          {onShowPassage && item.anchor ? (
            <Button size="compact-xs" variant="subtle" onClick={() => onShowPassage(item)}>
              Show in notes
            </Button>
          ) : null}
          {ACT_BUTTONS.filter(({ name }) => can(name)).map(({ name, label, isQuiet }) => (
            <Button
              key={name}
              size="compact-xs"
              variant={isQuiet ? "subtle" : "light"}
              disabled={act.isPending}
              onClick={() => act.mutate({ item, name })}
            >
              {label}
            </Button>
          ))}
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onToggle} aria-expanded={isOpen}>
            {isOpen ? "Hide history" : "History and reply"}
          </Button>
        </Group>
        <Collapse in={isOpen}>{isOpen ? <Ledger item={item} canReopen={can("reopen")} /> : null}</Collapse>
      </Stack>
    </article>
  );
}

function Ledger({ item, canReopen }: { item: CoachingItem; canReopen: boolean }) {
  const query = useQuery(trpc.coaching.get.queryOptions({ itemId: item.id }));
  const { act } = useCoachingActs();
  const [comment, setComment] = useState("");
  const send = (name: "comment" | "reopen"): void => {
    act.mutate({ item, name, comment }, { onSuccess: () => setComment("") });
  };
  // Whole at once: what is clicked must not move away when the entries arrive.
  if (query.isPending) return <RowsSkeleton rows={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Stack gap={6}>
      <ol className="ledger">
        {query.data.entries.map((entry) => (
          <li key={entry.id}>
            <Text size="xs">
              {entry.actorName ? `${entry.actorName} ` : ""}
              {ACT_WORDS[entry.act] ?? entry.act}
              {entry.comment && entry.act !== "request" ? `: ${entry.comment}` : ""}{" "}
              <span className="muted">
                <When at={entry.createdAt} />
              </span>
            </Text>
          </li>
        ))}
      </ol>
      <Textarea
        size="xs"
        autosize
        minRows={1}
        placeholder="Reply"
        aria-label="Reply"
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button size="compact-xs" disabled={!comment.trim()} onClick={() => send("comment")} loading={act.isPending}>
          Reply
        </Button>
        {canReopen ? (
          <Button
            size="compact-xs"
            variant="light"
            color="orange"
            disabled={!comment.trim() || act.isPending}
            onClick={() => send("reopen")}
          >
            Reopen
          </Button>
        ) : null}
      </Group>
    </Stack>
  );
}
