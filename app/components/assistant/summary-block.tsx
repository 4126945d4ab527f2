import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, trpc } from "../../trpc.ts";
import { When } from "../format.tsx";
import { showError } from "../notify.ts";
import { ErrorState, RowsSkeleton } from "../states.tsx";
import { ClaimLine, EngineLabel } from "./evidence.tsx";

type Subject = { type: "account" | "opportunity"; id: string };

/** Standing, changes, people, risks, commitments and open questions of the record, each line with its source. */
export function SummaryBlock({ subject }: { subject: Subject }) {
  const client = useQueryClient();
  const options = trpc.assistant.summary.queryOptions(subject);
  const summary = useQuery(options);
  const { type, id } = subject;
  useEffect(() => {
    // After reading, so that "changed since your last visit" still speaks of the visit before.
    const timer = setTimeout(() => void api.assistant.recordVisit.mutate({ type, id }).catch(() => undefined), 20_000);
    return () => clearTimeout(timer);
  }, [type, id]);
  const write = useMutation(
    trpc.assistant.summarise.mutationOptions({
      onSuccess: (block) => client.setQueryData(options.queryKey, block),
      onError: showError,
    }),
  );
  if (summary.isPending) return <RowsSkeleton rows={4} />;
  if (summary.isError) return <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />;
  const block = summary.data;
  return (
    <section aria-label="Summary" className="summary">
      <Group justify="space-between" gap="xs" mb={4}>
        <EngineLabel label={block.label} />
        <Button size="compact-xs" variant="subtle" loading={write.isPending} onClick={() => write.mutate(subject)}>
          {block.canGenerate ? "Write with the model" : "Summarise again"}
        </Button>
      </Group>
      <Stack gap="xs">
        {block.sections.map((section) => (
          <div key={section.title}>
            <Title order={3}>{section.title}</Title>
            <ul className="claims">
              {section.claims.map((claim, index) => (
                <ClaimLine key={index} claim={claim} chips={block.evidence} />
              ))}
            </ul>
          </div>
        ))}
      </Stack>
      {block.note ? (
        <Text size="xs" c="dimmed">
          {block.note}
        </Text>
      ) : null}
      <Text size="xs" c="dimmed" mt={4}>
        Written <When at={block.generatedAt} /> from data version {block.dataVersion.eventSeq}
        {block.dataVersion.pending > 0 ? `, ${block.dataVersion.pending} changes still being read` : ""}
      </Text>
    </section>
  );
}
