import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../../trpc.ts";
import type { Inputs, Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";

type Row = Outputs["opportunities"]["list"]["rows"][number];
type What = "stage" | "closeDate" | "nextStep" | "owner";
/** The server takes so many at once. */
const MOST = 100;

const TITLES: Record<What, string> = {
  stage: "Change stage",
  closeDate: "Change close date",
  nextStep: "Set next step",
  owner: "Give to another owner",
};

interface BulkBarProps {
  rows: Row[];
  /** Told which stay chosen: those that were refused. */
  onDone(refused: Set<string>): void;
  onClear(): void;
}

/** Changes of many deals at once; each obeys its gates, and the result of each is told. */
export function BulkBar({ rows, onDone, onClear }: BulkBarProps) {
  const me = useMe();
  const [what, setWhat] = useState<What>();
  const [refused, setRefused] = useState<{ name: string; text: string }[]>([]);
  return (
    <>
      <Group gap="xs" mb="sm" className="bulk-bar">
        <Text size="sm" fw={600}>
          {rows.length} chosen
        </Text>
        {(["stage", "closeDate", "nextStep"] as const).map((one) => (
          <Button key={one} size="xs" variant="default" onClick={() => setWhat(one)}>
            {TITLES[one]}
          </Button>
        ))}
        {me.can("opportunity:assign") ? (
          <Button size="xs" variant="default" onClick={() => setWhat("owner")}>
            {TITLES.owner}
          </Button>
        ) : null}
        <Button size="xs" variant="subtle" onClick={onClear}>
          Choose none
        </Button>
        {rows.length > MOST ? <Text size="xs">At most {MOST} at once: the first are changed.</Text> : null}
      </Group>
      {refused.length > 0 ? (
        <Alert
          color="orange"
          title={`${refused.length} not changed`}
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => setRefused([])}
          mb="sm"
        >
          <Stack gap={2}>
            {refused.map(({ name, text }) => (
              <Text key={name} size="sm">
                {name}: {text}
              </Text>
            ))}
          </Stack>
        </Alert>
      ) : null}
      {what ? (
        <BulkForm
          what={what}
          rows={rows.slice(0, MOST)}
          onClose={() => setWhat(undefined)}
          onResults={(results) => {
            setWhat(undefined);
            const bad = results.filter(({ isDone }) => !isDone);
            const nameOf = (id: string): string => rows.find((row) => row.id === id)?.name ?? "An opportunity";
            setRefused(bad.map(({ opportunityId, refusal }) => ({ name: nameOf(opportunityId), text: refusal ?? "" })));
            showDone(`${results.length - bad.length} changed${bad.length > 0 ? `, ${bad.length} not` : ""}`);
            if (bad.length > 0) onDone(new Set(bad.map(({ opportunityId }) => opportunityId)));
            else onClear();
          }}
        />
      ) : null}
    </>
  );
}

interface BulkFormProps {
  what: What;
  rows: Row[];
  onClose(): void;
  onResults(results: Outputs["opportunities"]["bulkUpdate"]): void;
}

function BulkForm({ what, rows, onClose, onResults }: BulkFormProps) {
  const client = useQueryClient();
  const stages = useQuery(trpc.opportunities.stages.queryOptions());
  const people = useQuery(trpc.users.list.queryOptions());
  const [choice, setChoice] = useState<string | null>(null);
  const [day, setDay] = useState("");
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const isLoss = stages.data?.find(({ id }) => id === choice)?.kind === "lost";
  const save = useMutation({
    mutationFn: (changes: Inputs["opportunities"]["bulkUpdate"]["changes"]) =>
      api.opportunities.bulkUpdate.mutate({
        items: rows.map(({ id, version }) => ({ opportunityId: id, version })),
        changes,
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      }),
    onSuccess: onResults,
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.opportunities.pathKey() }),
  });
  const changes = {
    stage: choice ? { stageId: choice } : undefined,
    owner: choice ? { ownerId: choice } : undefined,
    closeDate: day ? { closeDate: day } : undefined,
    nextStep: text.trim() && day ? { nextStep: text.trim(), nextStepDue: day } : undefined,
  }[what];
  return (
    <Modal opened onClose={onClose} title={`${TITLES[what]}: ${rows.length}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (changes) save.mutate(changes);
        }}
      >
        <Stack gap="sm">
          {what === "stage" ? (
            <Select
              label="Stage"
              data={(stages.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={choice}
              onChange={setChoice}
            />
          ) : null}
          {what === "owner" ? (
            <Select
              label="Owner"
              searchable
              data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={choice}
              onChange={setChoice}
            />
          ) : null}
          {what === "nextStep" ? (
            <TextInput label="Next step" value={text} onChange={(event) => setText(event.currentTarget.value)} />
          ) : null}
          {what === "nextStep" || what === "closeDate" ? (
            <TextInput
              type="date"
              label={what === "nextStep" ? "by" : "Close date"}
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
          ) : null}
          <TextInput
            label="Why"
            withAsterisk={isLoss}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!changes || (isLoss && !reason.trim())} loading={save.isPending}>
              Change {rows.length}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
