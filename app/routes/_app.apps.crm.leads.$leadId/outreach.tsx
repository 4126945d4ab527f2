import { Button, Group, Radio, Select, Stack, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { fullName } from "../../components/leads/words.ts";
import { showDone, showError } from "../../components/notify.ts";
import { api, errorInfo } from "../../trpc.ts";
import type { Lead } from "./lead.ts";

const KINDS = [
  { value: "call", label: "Call" },
  { value: "email", label: "E-mail" },
  { value: "meeting", label: "Meeting" },
  { value: "visit", label: "Visit" },
  { value: "note", label: "Note" },
] as const;
type Kind = (typeof KINDS)[number]["value"];
const OUTCOMES = ["Connected", "Voicemail", "No Response"];
const EMPTY = { outcome: "", body: "", nextStep: "", nextStepDue: "" };

/** Logs a contact in place: how it went, what was said, what follows by when. */
export function Outreach({ lead }: { lead: Lead }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>("call");
  const [values, setValues] = useState(EMPTY);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const isNote = kind === "note";
  const save = useMutation({
    mutationFn: () =>
      api.activities.log.mutate({
        kind,
        subject: `${KINDS.find(({ value }) => value === kind)!.label} with ${fullName(lead)}`.slice(0, 300),
        body: values.body,
        leadId: lead.id,
        direction: isNote ? "internal" : "outbound",
        ...(isNote
          ? {}
          : {
              outcome: values.outcome || null,
              nextStep: values.nextStep.trim() || null,
              nextStepDue: values.nextStepDue || null,
            }),
      }),
    onSuccess: () => {
      setValues(EMPTY);
      setErrors({});
      showDone("Logged");
    },
    onError: (error) => {
      const fields = errorInfo(error)?.details.fields;
      if (fields && typeof fields === "object") setErrors(fields as Record<string, string>);
      showError(error);
    },
    onSettled: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  const set = (field: keyof typeof EMPTY) => (value: string) => setValues({ ...values, [field]: value });
  const wordOf = (field: string): string | undefined => (errors[field] ? "This is needed" : undefined);
  return (
    <section className="panel" aria-labelledby="outreach">
      <Title order={2} id="outreach" mb="xs">
        Log outreach
      </Title>
      <form onSubmit={submit} noValidate>
        <Stack gap="xs">
          <Group align="flex-start" gap="lg">
            <Select
              label="Kind"
              w={130}
              allowDeselect={false}
              data={[...KINDS]}
              value={kind}
              onChange={(value) => setKind((value as Kind | null) ?? "call")}
            />
            {isNote ? null : (
              <Radio.Group label="Outcome" value={values.outcome} onChange={set("outcome")} error={wordOf("outcome")}>
                <Group gap="md" mt={8}>
                  {OUTCOMES.map((outcome) => (
                    <Radio key={outcome} value={outcome} label={outcome} />
                  ))}
                </Group>
              </Radio.Group>
            )}
          </Group>
          <Textarea
            label="Notes"
            autosize
            minRows={2}
            maxRows={12}
            value={values.body}
            onChange={(event) => set("body")(event.currentTarget.value)}
          />
          {isNote ? null : (
            <Group align="flex-start" gap="xs">
              <TextInput
                className="grow"
                label="Next step"
                value={values.nextStep}
                error={wordOf("nextStep")}
                onChange={(event) => set("nextStep")(event.currentTarget.value)}
              />
              <TextInput
                label="by"
                type="date"
                value={values.nextStepDue}
                error={wordOf("nextStepDue")}
                onChange={(event) => set("nextStepDue")(event.currentTarget.value)}
              />
            </Group>
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              Log
            </Button>
          </Group>
        </Stack>
      </form>
    </section>
  );
}
