import { Text, Title } from "@mantine/core";
import { EditableField } from "../../components/editable-field.tsx";
import type { Lead } from "./lead.ts";
import { useLeadChanges } from "./use-lead-changes.ts";

const FIELDS = [
  ["firstName", "First name"],
  ["lastName", "Last name"],
  ["company", "Company"],
  ["title", "Title"],
  ["email", "E-mail"],
  ["phone", "Phone"],
  ["website", "Website"],
  ["country", "Country"],
  ["industry", "Industry"],
] as const;
/** Never empty, or empty as a text. */
const TEXTS: readonly string[] = ["firstName", "lastName", "company"];

/** Who the lead is; every value is changed where it stands. */
export function Details({ lead, canWrite }: { lead: Lead; canWrite: boolean }) {
  const update = useLeadChanges(lead);
  const custom = Object.entries(lead.custom);
  return (
    <section className="panel" aria-labelledby="lead-details">
      <Title order={2} id="lead-details" mb="xs">
        Details
      </Title>
      <dl className="fields">
        {FIELDS.map(([field, label]) => (
          <EditableField
            key={field}
            label={label}
            value={lead[field] ?? ""}
            canEdit={canWrite}
            isSaving={update.isPending}
            onSave={(value) => update.mutate({ [field]: value.trim() || (TEXTS.includes(field) ? "" : null) })}
          >
            <span className="break">{lead[field] || <span className="muted">Not given</span>}</span>
          </EditableField>
        ))}
        <EditableField
          label="Employees"
          value={lead.employees === null ? "" : String(lead.employees)}
          canEdit={canWrite}
          onSave={(value) => update.mutate({ employees: value.trim() ? Number(value.replace(/\D/g, "")) : null })}
        >
          <span className="tabular">
            {lead.employees?.toLocaleString("en-US") ?? <span className="muted">Not given</span>}
          </span>
        </EditableField>
        {custom.map(([name, value]) => (
          <div className="field" key={name}>
            <Text size="xs" c="dimmed" component="dt" className="break">
              {name}
            </Text>
            <dd className="field-value break">{value}</dd>
          </div>
        ))}
      </dl>
      {lead.description ? (
        <>
          <Text size="xs" c="dimmed" mt="sm">
            What they want{lead.isTainted ? " (written by a stranger)" : ""}
          </Text>
          <Text size="sm" className="prose break">
            {lead.description}
          </Text>
        </>
      ) : null}
    </section>
  );
}
