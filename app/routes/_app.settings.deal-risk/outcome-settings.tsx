import { ActionIcon, Button, Group, NumberInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";
import { trpc } from "../../trpc.ts";

interface Outcome {
  label: string;
  nextStep: string;
  nextStepDays: number;
}
const KINDS = [
  ["call", "Calls"],
  ["email", "E-mails"],
  ["meeting", "Meetings"],
  ["visit", "Visits"],
] as const;

/** How activities may end, and the next step that usually follows. */
export function OutcomeSettings() {
  const outcomes = useQuery(trpc.activities.outcomes.queryOptions());
  if (!outcomes.data) return null;
  return (
    <section className="panel" aria-labelledby="outcomes">
      <Title order={2} id="outcomes" mb={4}>
        Outcomes of activities
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Logging on an open deal asks for one of these, and proposes its next step.
      </Text>
      <Stack gap="lg">
        {KINDS.map(([kind, label]) => {
          const own = outcomes.data.filter((one) => one.kind === kind);
          return <KindForm key={`${kind} ${JSON.stringify(own)}`} kind={kind} label={label} initial={own} />;
        })}
      </Stack>
    </section>
  );
}

function KindForm({ kind, label, initial }: { kind: (typeof KINDS)[number][0]; label: string; initial: Outcome[] }) {
  const canEdit = useMe().can("settings:manage");
  const client = useQueryClient();
  const [rows, setRows] = useState<Outcome[]>(
    initial.map(({ label, nextStep, nextStepDays }) => ({ label, nextStep, nextStepDays })),
  );
  const save = useMutation(
    trpc.activities.saveOutcomes.mutationOptions({
      onSuccess: () => showDone(`${label}: saved`),
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.activities.pathKey() }),
    }),
  );
  const change = (index: number, part: Partial<Outcome>): void =>
    setRows((old) => old.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <div role="group" aria-label={label}>
      <Title order={3} mb={6}>
        {label}
      </Title>
      <Stack gap={6}>
        {rows.map((row, index) => (
          <Group key={index} gap={6}>
            <TextInput
              size="xs"
              aria-label={`${label}: outcome ${index + 1}`}
              disabled={!canEdit}
              value={row.label}
              onChange={(event) => change(index, { label: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              className="grow"
              aria-label={`${label}: next step after ${row.label}`}
              disabled={!canEdit}
              value={row.nextStep}
              onChange={(event) => change(index, { nextStep: event.currentTarget.value })}
            />
            <NumberInput
              size="xs"
              w={110}
              suffix=" days"
              min={0}
              max={365}
              aria-label={`${label}: days until the step after ${row.label}`}
              disabled={!canEdit}
              value={row.nextStepDays}
              onChange={(value) => change(index, { nextStepDays: Number(value) || 0 })}
            />
            {canEdit && rows.length > 1 ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${row.label}`}
                onClick={() => setRows((old) => old.filter((_row, at) => at !== index))}
              >
                <IconX size={14} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
        {canEdit ? (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              onClick={() => setRows((old) => [...old, { label: "", nextStep: "", nextStepDays: 1 }])}
            >
              Add an outcome
            </Button>
            <Button size="xs" loading={save.isPending} onClick={() => save.mutate({ kind, outcomes: rows })}>
              Save
            </Button>
          </Group>
        ) : null}
      </Stack>
    </div>
  );
}
