import { Alert, Button, Collapse, Group, Stack, Text, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorInfo, trpc, type api } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";
import type { QuickCreateDefaults } from "../quick-create.tsx";
import { RecordSelect } from "../record-select.tsx";
import { dayFromNow } from "./days.ts";
import { EntryFields, type Entry } from "./entry-fields.tsx";
import { NextStepFields, useStep } from "./next-step-fields.tsx";
import { OutcomePicker, type Choice } from "./outcome-picker.tsx";

type LogInput = Parameters<typeof api.activities.log.mutate>[0];

/** Logs what happened with the customer: notes, one tap for kind and outcome, save. The next step is proposed by the outcome. */
export function LogForm({ defaults, onDone }: { defaults: QuickCreateDefaults; onDone?(): void }) {
  const client = useQueryClient();
  const [body, setBody] = useState((defaults.template?.checklist ?? []).map((item) => `${item}: `).join("\n"));
  const [subject, setSubject] = useState(defaults.template?.subject ?? "");
  const [choice, setChoice] = useState<Choice>();
  const [entries, setEntries] = useState<Entry[]>([]);
  const [opportunityId, setOpportunityId] = useState<string | null>(defaults.opportunityId ?? null);
  const [contactId, setContactId] = useState<string | null>(defaults.contactId ?? null);
  const [isMore, { toggle }] = useDisclosure(false);
  const deal = useQuery({
    ...trpc.opportunities.get.queryOptions({ opportunityId: opportunityId ?? "" }),
    enabled: opportunityId !== null,
  });
  const isOpen = deal.data?.stageKind === "open";
  const step = useStep(deal.data);
  const save = useMutation(
    trpc.activities.log.mutationOptions({
      onSuccess: () => {
        void client.invalidateQueries();
        showDone("Activity logged");
        setBody("");
        setSubject("");
        setChoice(undefined);
        setEntries([]);
        step.reset();
        onDone?.();
      },
      onError: (error) => {
        if (!errorInfo(error)?.details.fields) showError(error);
      },
    }),
  );
  const fields = (errorInfo(save.error)?.details.fields ?? {}) as Record<string, string>;
  const isNote = choice?.kind === "note";
  const pick = (next: Choice): void => {
    setChoice(next);
    if (next.nextStep) step.propose(next.nextStep, dayFromNow(next.nextStepDays ?? 1));
  };
  const submit = (): void => {
    if (!choice) return;
    const named = subject.trim() || body.trim().split("\n")[0]!.slice(0, 120);
    save.mutate({
      kind: choice.kind,
      subject: named || [choice.kindLabel, choice.outcome].filter(Boolean).join(": "),
      body,
      outcome: choice.outcome ?? null,
      accountId: defaults.accountId ?? null,
      contactId,
      opportunityId,
      entries,
      ...(isNote || !isOpen ? {} : step.value),
    } satisfies LogInput);
  };
  return (
    <Stack gap="sm">
      <Textarea
        label="Notes"
        placeholder="What was said, what was agreed"
        autosize
        minRows={2}
        maxRows={10}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
      {defaults.opportunityId || defaults.accountId || defaults.contactId ? null : (
        <RecordSelect type="opportunity" label="Opportunity" value={opportunityId} onChange={setOpportunityId} />
      )}
      <OutcomePicker value={choice} onChange={pick} error={fields.outcome} />
      {choice && !isNote && isOpen ? <NextStepFields step={step} errors={fields} /> : null}
      {fields.opportunityId ? (
        <Alert color="red" role="alert">
          Choose the record that this belongs to.
        </Alert>
      ) : null}
      <Collapse in={isMore}>
        <Stack gap="sm">
          <TextInput
            label="Subject"
            placeholder="Taken from the notes"
            value={subject}
            onChange={(event) => setSubject(event.currentTarget.value)}
          />
          {defaults.contactId ? null : (
            <RecordSelect type="contact" label="Contact" value={contactId} onChange={setContactId} />
          )}
          <EntryFields entries={entries} onChange={setEntries} />
        </Stack>
      </Collapse>
      <Group justify="space-between">
        <UnstyledButton onClick={toggle} aria-expanded={isMore}>
          <Text size="sm" c="dimmed" td="underline">
            {isMore ? "Less" : "Contact, objections, requirements"}
          </Text>
        </UnstyledButton>
        <Button onClick={submit} loading={save.isPending} disabled={!choice}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
