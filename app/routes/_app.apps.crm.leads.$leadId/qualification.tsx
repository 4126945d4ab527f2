import { Button, Group, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { showDone, showError } from "../../components/notify.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";
import type { Lead } from "./lead.ts";

const FIELDS = [
  { field: "fit", label: "Company fit", hint: "Size, industry, what they make" },
  { field: "authority", label: "Authority (role)", hint: "Who decides, and is it this person" },
  { field: "need", label: "Need", hint: "The pain, in their words" },
  { field: "timing", label: "Timing", hint: "By when, and why then" },
  { field: "qualificationNotes", label: "Notes", hint: "What was said" },
] as const;
type Field = (typeof FIELDS)[number]["field"];

/** The four values that make a lead qualified, and the ways on from here. */
export function Qualification({ lead, canWrite }: { lead: Lead; canWrite: boolean }) {
  const client = useQueryClient();
  const [drafts, setDrafts] = useState<Partial<Record<Field, string>>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [way, setWay] = useState<"nurture" | "disqualified">();
  const valueOf = (field: Field): string => drafts[field] ?? lead[field] ?? "";

  /** Writes what was typed, then the new status, as one click. */
  const save = useMutation({
    mutationFn: async (status: Status | undefined) => {
      let { version } = lead;
      const changes = Object.fromEntries(
        Object.entries(drafts)
          .filter(([field, text]) => text.trim() !== (lead[field as Field] ?? ""))
          .map(([field, text]) => [field, text.trim() || null]),
      );
      if (Object.keys(changes).length > 0) {
        await api.leads.update.mutate({ leadId: lead.id, version, changes });
        version++;
        // What was typed on meanwhile stays.
        setDrafts((now) =>
          Object.fromEntries(Object.entries(now).filter(([field, text]) => text !== drafts[field as Field])),
        );
      }
      if (status) await api.leads.setStatus.mutate({ leadId: lead.id, version, ...status });
    },
    onSuccess: (_result, status) => {
      setErrors({});
      setWay(undefined);
      showDone(status ? "Status changed" : "Qualification saved");
    },
    onError: (error) => {
      const fields = errorInfo(error)?.details.fields;
      if (fields && typeof fields === "object") setErrors(fields as Record<string, string>);
      showError(error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: trpc.leads.pathKey() }),
  });
  return (
    <section className="panel" aria-labelledby="qualification">
      <Title order={2} id="qualification" mb="xs">
        Qualification
      </Title>
      <Stack gap="xs">
        {FIELDS.map(({ field, label, hint }) => (
          <Textarea
            key={field}
            label={label}
            placeholder={hint}
            autosize
            minRows={1}
            maxRows={8}
            readOnly={!canWrite}
            value={valueOf(field)}
            error={errors[field === "qualificationNotes" ? "notes" : field]}
            onChange={(event) => setDrafts({ ...drafts, [field]: event.currentTarget.value })}
          />
        ))}
        {lead.disqualifyReason ? (
          <Text size="sm" className="break">
            Disqualified: {lead.disqualifyReason}
          </Text>
        ) : null}
        {canWrite ? (
          <Group gap="xs">
            <Button size="xs" loading={save.isPending} onClick={() => save.mutate({ status: "qualified" })}>
              Qualify
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={Object.keys(drafts).length === 0}
              onClick={() => save.mutate(undefined)}
            >
              Save
            </Button>
            <Button size="xs" variant="default" onClick={() => setWay("nurture")}>
              Nurture
            </Button>
            <Button size="xs" variant="default" onClick={() => setWay("disqualified")}>
              Disqualify
            </Button>
          </Group>
        ) : null}
        {way ? (
          <WayForm
            way={way}
            error={errors.followUpOn ?? errors.reason}
            onCancel={() => setWay(undefined)}
            onSave={(status) => save.mutate(status)}
          />
        ) : null}
      </Stack>
    </section>
  );
}

interface Status {
  status: "qualified" | "nurture" | "disqualified";
  followUpOn?: string;
  reason?: string;
}

/** Nurture asks for a date, Disqualify for a reason. */
function WayForm({
  way,
  error,
  onSave,
  onCancel,
}: {
  way: "nurture" | "disqualified";
  error: string | undefined;
  onSave(status: Status): void;
  onCancel(): void;
}) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave({ status: way, ...(text ? (way === "nurture" ? { followUpOn: text } : { reason: text }) : {}) });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <TextInput
          className="grow"
          type={way === "nurture" ? "date" : "text"}
          label={way === "nurture" ? "Come back on" : "Why it is no lead"}
          value={text}
          error={error}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          {way === "nurture" ? "Nurture until then" : "Disqualify it"}
        </Button>
        <Button size="xs" variant="subtle" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
