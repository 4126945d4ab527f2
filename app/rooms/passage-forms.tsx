import { Button, Group, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { PassageAnchor } from "#db/schema/index.ts";
import { showDone, showError } from "../components/notify.ts";
import { api, trpc } from "../trpc.ts";

export interface RoomSubject {
  type: "opportunity" | "account";
  id: string;
  ownerId: string | null;
  roomId: string;
}

interface FormProps {
  subject: RoomSubject;
  /** Without it the whole record is meant. */
  anchor: PassageAnchor | undefined;
  onClose(): void;
}

/** The record as procedures take it. */
export const subjectInput = ({ type, id }: RoomSubject) =>
  type === "opportunity" ? { opportunityId: id } : { accountId: id };

const Quote = ({ anchor }: { anchor: PassageAnchor | undefined }) =>
  anchor ? <blockquote className="quote">{anchor.quote}</blockquote> : null;

/** Turns the passage into a coaching item: whom it is for, how urgent, what is asked, by when. */
export function CoachForm({ subject, anchor, onClose }: FormProps) {
  const client = useQueryClient();
  const people = useQuery(trpc.users.assignable.queryOptions());
  const [comment, setComment] = useState("");
  const [severity, setSeverity] = useState<"normal" | "urgent">("normal");
  const [repId, setRepId] = useState(subject.ownerId);
  const [dueAt, setDueAt] = useState("");
  const save = useMutation({
    mutationFn: () =>
      api.coaching.request.mutate({
        ...subjectInput(subject),
        roomId: subject.roomId,
        comment,
        severity,
        ...(repId ? { repId } : {}),
        ...(anchor ? { anchor } : {}),
        ...(dueAt ? { dueAt: new Date(dueAt).toISOString() } : {}),
      }),
    onSuccess: () => {
      showDone("Sent: the rep is asked to acknowledge");
      void client.invalidateQueries({ queryKey: trpc.coaching.pathKey() });
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title={anchor ? "Coach this passage" : "Coach the whole deal"}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <Quote anchor={anchor} />
          <Textarea
            label="What do you ask for?"
            autosize
            minRows={3}
            data-autofocus
            required
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Group grow align="flex-end">
            <Select
              label="For"
              data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={repId}
              onChange={setRepId}
              searchable
              allowDeselect={false}
            />
            <div>
              <Text size="sm" fw={500}>
                Severity
              </Text>
              <SegmentedControl
                fullWidth
                size="xs"
                data={[
                  { value: "normal", label: "Normal" },
                  { value: "urgent", label: "Urgent" },
                ]}
                value={severity}
                onChange={(value) => setSeverity(value as "normal")}
                aria-label="Severity"
              />
            </div>
          </Group>
          <TextInput
            type="datetime-local"
            label="Due"
            description="Left empty, the policy of the severity decides, in working hours"
            value={dueAt}
            onChange={(event) => setDueAt(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!comment.trim()}>
              Ask for acknowledgment
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Verdict on the whole deal; all but OK ask the rep for an acknowledgment. */
export function ReviewForm({ subject, onClose }: Omit<FormProps, "anchor">) {
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<"ok" | "needs_work" | "escalate">("ok");
  const [comment, setComment] = useState("");
  const save = useMutation({
    mutationFn: () => api.coaching.review.mutate({ opportunityId: subject.id, outcome, comment }),
    onSuccess: () => {
      showDone("Review recorded");
      void client.invalidateQueries({ queryKey: trpc.coaching.pathKey() });
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title="Review this deal">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <SegmentedControl
            data={[
              { value: "ok", label: "OK" },
              { value: "needs_work", label: "Needs work" },
              { value: "escalate", label: "Escalate" },
            ]}
            value={outcome}
            onChange={(value) => setOutcome(value as "ok")}
            aria-label="Outcome"
          />
          <Textarea
            label={outcome === "ok" ? "Comment (optional)" : "What needs work?"}
            autosize
            minRows={3}
            required={outcome !== "ok"}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={outcome !== "ok" && !comment.trim()}>
              Record review
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The passage becomes a task on the record, with an owner and a date. */
export function TaskForm({ subject, anchor, onClose }: FormProps) {
  const client = useQueryClient();
  const people = useQuery(trpc.users.assignable.queryOptions());
  const [title, setTitle] = useState(anchor?.quote.slice(0, 300) ?? "");
  const [dueOn, setDueOn] = useState("");
  const [ownerId, setOwnerId] = useState(subject.ownerId);
  const save = useMutation({
    mutationFn: () =>
      api.tasks.create.mutate({
        ...subjectInput(subject),
        title,
        dueOn: dueOn || null,
        source: `room:${anchor?.blockId ?? ""}`,
        ...(ownerId ? { ownerId } : {}),
      }),
    onSuccess: () => {
      showDone("Task created on the record");
      void client.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title="Make this a task">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="What is to be done"
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            required
            data-autofocus
          />
          <Group grow>
            <Select
              label="Who"
              data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={ownerId}
              onChange={setOwnerId}
              searchable
            />
            <TextInput
              type="date"
              label="By"
              value={dueOn}
              onChange={(event) => setDueOn(event.currentTarget.value)}
              required
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!title.trim() || !dueOn}>
              Create task
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A remark on the passage, open to everybody in the room. */
export function CommentForm({
  roomId,
  anchor,
  onClose,
}: {
  roomId: string;
  anchor: PassageAnchor | undefined;
  onClose(): void;
}) {
  const client = useQueryClient();
  const [body, setBody] = useState("");
  const save = useMutation({
    mutationFn: () => api.coaching.addComment.mutate({ roomId, body, ...(anchor ? { anchor } : {}) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: trpc.coaching.comments.queryKey({ roomId }) });
      onClose();
    },
    onError: showError,
  });
  return (
    <Modal opened onClose={onClose} title="Comment">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <Quote anchor={anchor} />
          <Textarea
            label="Comment"
            autosize
            minRows={2}
            data-autofocus
            required
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!body.trim()}>
              Comment
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
