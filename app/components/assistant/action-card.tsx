import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { trpc } from "../../trpc.ts";
import { Day } from "../format.tsx";
import { showDone, showError } from "../notify.ts";
import { EngineLabel, EvidenceMark } from "./evidence.tsx";

export type SuggestionCard = NonNullable<Outputs["assistant"]["nextBestAction"]>;

/** What to do next and why, with evidence; Accept creates the task, Dismiss asks for the reason. */
export function ActionCard({ card, showTarget = false }: { card: SuggestionCard; showTarget?: boolean }) {
  const client = useQueryClient();
  const [mode, setMode] = useState<"show" | "change" | "dismiss">("show");
  const [title, setTitle] = useState(card.title);
  const [dueOn, setDueOn] = useState(card.dueOn);
  const [reason, setReason] = useState("");
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: trpc.assistant.pathKey() }),
      client.invalidateQueries({ queryKey: trpc.tasks.pathKey() }),
    ]);
  const accept = useMutation(
    trpc.assistant.acceptSuggestion.mutationOptions({
      onSuccess: (result) =>
        showDone(result.state === "accepted" ? "Task created" : "The record changed meanwhile; nothing was done"),
      onError: showError,
      onSettled: refresh,
    }),
  );
  const dismiss = useMutation(
    trpc.assistant.dismissSuggestion.mutationOptions({ onError: showError, onSettled: refresh }),
  );
  const edited = { ...(title !== card.title ? { title } : {}), ...(dueOn !== card.dueOn ? { dueOn } : {}) };
  return (
    <article className="panel action-card" aria-label={`Suggestion: ${card.title}`}>
      <Stack gap={6}>
        {showTarget ? (
          <Text size="xs">
            <Link to={`/apps/crm/opportunities/${card.target.id}`}>{card.target.name}</Link>
          </Text>
        ) : null}
        {mode === "change" ? (
          <Group gap="xs" align="flex-end">
            <TextInput
              size="xs"
              label="What to do"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
              className="grow"
            />
            <TextInput
              size="xs"
              type="date"
              label="By"
              value={dueOn}
              onChange={(event) => setDueOn(event.currentTarget.value)}
            />
          </Group>
        ) : (
          <Text fw={600}>
            {card.title}{" "}
            <span className="muted">
              by <Day day={card.dueOn} />
            </span>
          </Text>
        )}
        <Text size="sm">
          {card.reason}{" "}
          {card.evidence.map((chip) => (
            <EvidenceMark key={chip.n} chip={chip} />
          ))}
        </Text>
        <Text size="xs" c="dimmed">
          Goes away when: {card.clears}
        </Text>
        {mode === "dismiss" ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (reason.trim()) dismiss.mutate({ suggestionId: card.id, reason });
            }}
          >
            <Group gap="xs" align="flex-end">
              <TextInput
                size="xs"
                label="Why not?"
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
                className="grow"
                data-autofocus
                required
              />
              <Button size="xs" type="submit" color="gray" loading={dismiss.isPending} disabled={!reason.trim()}>
                Dismiss
              </Button>
            </Group>
          </form>
        ) : null}
        <Group gap="xs">
          <Button
            size="compact-sm"
            loading={accept.isPending}
            onClick={() =>
              accept.mutate({ suggestionId: card.id, ...(Object.keys(edited).length > 0 ? { edited } : {}) })
            }
          >
            Accept
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setMode(mode === "change" ? "show" : "change")}>
            Change
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={() => setMode(mode === "dismiss" ? "show" : "dismiss")}
          >
            Dismiss
          </Button>
          <EngineLabel label={card.label} />
        </Group>
      </Stack>
    </article>
  );
}
