import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

export type Reply = "agreed" | "will_do_by" | "disagree";
export interface Answer {
  reply: Reply;
  comment?: string;
  dueOn?: string;
}

const REPLIES = [
  { value: "agreed", label: "Agreed" },
  { value: "will_do_by", label: "Will do by" },
  { value: "disagree", label: "Disagree" },
];

/** The rep's answer in place: agree, promise a date, or disagree and say why. */
export function AcknowledgeForm({
  isSaving,
  onAnswer,
  onCancel,
}: {
  isSaving: boolean;
  onAnswer(answer: Answer): void;
  onCancel?: () => void;
}) {
  const [reply, setReply] = useState<Reply>("agreed");
  const [comment, setComment] = useState("");
  const [dueOn, setDueOn] = useState("");
  const isComplete = reply === "agreed" || (reply === "will_do_by" ? dueOn !== "" : comment.trim() !== "");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete)
          onAnswer({
            reply,
            ...(comment.trim() ? { comment: comment.trim() } : {}),
            ...(reply === "will_do_by" ? { dueOn } : {}),
          });
      }}
    >
      <Stack gap="xs">
        <SegmentedControl
          size="xs"
          data={REPLIES}
          value={reply}
          onChange={(value) => setReply(value as Reply)}
          aria-label="Your answer"
        />
        {reply === "will_do_by" ? (
          <TextInput
            type="date"
            label="By"
            size="xs"
            value={dueOn}
            onChange={(event) => setDueOn(event.currentTarget.value)}
            required
          />
        ) : null}
        <Textarea
          size="xs"
          autosize
          minRows={1}
          maxRows={6}
          placeholder={reply === "disagree" ? "Why you see it differently" : "Add a word (optional)"}
          aria-label={reply === "disagree" ? "Why you see it differently" : "Comment"}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          required={reply === "disagree"}
        />
        <Group gap="xs">
          <Button type="submit" size="xs" loading={isSaving} disabled={!isComplete}>
            Acknowledge
          </Button>
          {onCancel ? (
            <Button size="xs" variant="subtle" onClick={onCancel}>
              Cancel
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}
