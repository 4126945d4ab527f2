import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { trpc } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";

/** One tap says how an automatically entered activity went. */
export function NameOutcome({ activityId, kind }: { activityId: string; kind: string }) {
  const client = useQueryClient();
  const outcomes = useQuery({ ...trpc.activities.outcomes.queryOptions(), staleTime: 300_000 });
  const answer = useMutation(
    trpc.activities.answerOutcome.mutationOptions({
      onSuccess: () => showDone("Outcome saved"),
      onError: showError,
      onSettled: () => client.invalidateQueries(),
    }),
  );
  return (
    <Group gap={6} my={4} role="group" aria-label="Outcome missing">
      <Text size="xs" fw={600}>
        Outcome missing:
      </Text>
      {(outcomes.data ?? [])
        .filter((choice) => choice.kind === kind)
        .map(({ label }) => (
          <Button
            key={label}
            size="compact-xs"
            variant="default"
            disabled={answer.isPending}
            onClick={() => answer.mutate({ activityId, outcome: label })}
          >
            {label}
          </Button>
        ))}
    </Group>
  );
}
