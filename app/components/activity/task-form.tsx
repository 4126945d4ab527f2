import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";
import type { QuickCreateDefaults } from "../quick-create.tsx";
import { RecordSelect } from "../record-select.tsx";
import { dayFromNow, fromLocalInput } from "./days.ts";

const KINDS = [
  { value: "todo", label: "To do" },
  { value: "call", label: "Call" },
  { value: "meeting", label: "Meeting" },
  { value: "visit", label: "Visit" },
];

/** A task, or a call, meeting or visit with its time and place. */
export function TaskForm({ defaults, onDone }: { defaults: QuickCreateDefaults; onDone(): void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState<string>(defaults.kind ?? "todo");
  const [dueOn, setDueOn] = useState(dayFromNow(1));
  const [startsAt, setStartsAt] = useState(`${dayFromNow(1)}T10:00`);
  const [minutes, setMinutes] = useState<number | string>(30);
  const [place, setPlace] = useState("");
  const [opportunityId, setOpportunityId] = useState<string | null>(defaults.opportunityId ?? null);
  const [isTouched, setTouched] = useState(false);
  const save = useMutation(
    trpc.tasks.create.mutationOptions({
      onSuccess: () => {
        void client.invalidateQueries();
        showDone(kind === "todo" ? "Task created" : "Scheduled");
        onDone();
      },
      onError: showError,
    }),
  );
  const isScheduled = kind !== "todo";
  const missing = title.trim() ? undefined : "This is needed";
  const submit = (): void => {
    setTouched(true);
    if (missing) return;
    save.mutate({
      ...{ title, kind: kind as "todo", opportunityId },
      ...{ accountId: defaults.accountId ?? null, contactId: defaults.contactId ?? null },
      ...(isScheduled
        ? { startsAt: fromLocalInput(startsAt), durationMinutes: Number(minutes) || 30, place: place.trim() || null }
        : { dueOn: dueOn || null }),
    });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm">
        <Select
          label="Kind"
          data={KINDS}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(value ?? "todo")}
        />
        <TextInput
          label="What is to be done"
          withAsterisk
          data-autofocus
          value={title}
          error={isTouched ? missing : undefined}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {isScheduled ? (
          <>
            <Group grow>
              <TextInput
                label="Starts"
                type="datetime-local"
                value={startsAt}
                onChange={(event) => setStartsAt(event.currentTarget.value)}
              />
              <NumberInput label="Minutes" min={5} max={1440} step={15} value={minutes} onChange={setMinutes} />
            </Group>
            <TextInput
              label="Place or link"
              placeholder="Their office, a phone number, a meeting link"
              value={place}
              onChange={(event) => setPlace(event.currentTarget.value)}
            />
          </>
        ) : (
          <TextInput label="Due" type="date" value={dueOn} onChange={(event) => setDueOn(event.currentTarget.value)} />
        )}
        {defaults.opportunityId || defaults.accountId || defaults.contactId ? null : (
          <RecordSelect type="opportunity" label="Opportunity" value={opportunityId} onChange={setOpportunityId} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
