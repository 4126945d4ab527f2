import { Anchor, Button, Text } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { askAboutConflict } from "../../components/conflict.tsx";
import { EditableField } from "../../components/editable-field.tsx";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { RecordSelect } from "../../components/record-select.tsx";
import { api, errorInfo, trpc } from "../../trpc.ts";

type Contact = Outputs["contacts"]["get"];

const INFLUENCE_WORDS = { high: "High", medium: "Medium", low: "Low" } as const;
const ATTITUDE_WORDS = {
  champion: "Champion",
  supporter: "Supporter",
  neutral: "Neutral",
  opponent: "Opponent",
} as const;

/** Who the person is, to whom he reports and how he stands to us. */
export function ContactFields({ contact }: { contact: Contact }) {
  const client = useQueryClient();
  const canEdit = useMe().can("contact:write");
  const [isChoosing, setIsChoosing] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: trpc.contacts.get.queryKey({ contactId: contact.id }) });
  type Changes = Parameters<typeof api.contacts.update.mutate>[0]["changes"];
  const write = (version: number, changes: Changes) =>
    api.contacts.update.mutate({ contactId: contact.id, version, changes });
  const update = useMutation({
    mutationFn: (changes: Changes) => write(contact.version, changes),
    onError: (error, changes) => {
      const details = errorInfo(error)?.details;
      if (details?.stale)
        askAboutConflict({ details, onOverwrite: (version) => void write(version, changes).then(refresh, showError) });
      else showError(error);
    },
    onSettled: refresh,
  });
  const text = (label: string, field: "firstName" | "lastName" | "title" | "email" | "phone", isNullable = true) => (
    <EditableField
      label={label}
      value={contact[field] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [field]: value.trim() || (isNullable ? null : "") })}
    >
      {contact[field] || <span className="muted">Not given</span>}
    </EditableField>
  );
  const choice = <F extends "influence" | "attitude">(
    label: string,
    field: F,
    words: Record<NonNullable<Contact[F]>, string>,
  ) => (
    <EditableField
      label={label}
      kind="select"
      options={Object.entries<string>(words).map(([value, word]) => ({ value, label: word }))}
      value={contact[field] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [field]: value })}
    >
      {contact[field] ? words[contact[field]] : <span className="muted">Not known</span>}
    </EditableField>
  );
  return (
    <dl className="panel fields">
      {text("First name", "firstName", false)}
      {text("Last name", "lastName", false)}
      {text("Title", "title")}
      {text("E-mail", "email")}
      {text("Phone", "phone")}
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Account
        </Text>
        <dd className="field-value">
          {contact.accountId ? (
            <Anchor component={Link} to={`/apps/crm/accounts/${contact.accountId}`} size="sm">
              {contact.accountName ?? "Account"}
            </Anchor>
          ) : (
            <span className="muted">None</span>
          )}
        </dd>
      </div>
      {choice("Influence", "influence", INFLUENCE_WORDS)}
      {choice("Attitude to us", "attitude", ATTITUDE_WORDS)}
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Reports to
        </Text>
        <dd className="field-value">
          {contact.reportsToId ? (
            <Anchor component={Link} to={`/apps/crm/contacts/${contact.reportsToId}`} size="sm">
              {contact.reportsToName ?? "A contact"}
            </Anchor>
          ) : (
            <span className="muted">Nobody named</span>
          )}{" "}
          {canEdit ? (
            <Button size="compact-xs" variant="subtle" onClick={() => setIsChoosing(!isChoosing)}>
              Change
            </Button>
          ) : null}
        </dd>
      </div>
      {isChoosing ? (
        <RecordSelect
          type="contact"
          label="Reports to"
          value={contact.reportsToId}
          initialLabel={contact.reportsToName ?? undefined}
          onChange={(reportsToId) => {
            update.mutate({ reportsToId });
            setIsChoosing(false);
          }}
        />
      ) : null}
    </dl>
  );
}
