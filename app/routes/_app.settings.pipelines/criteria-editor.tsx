import { ActionIcon, Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Criterion, Field } from "./draft.ts";
import { ACTIVITIES, WordsInput } from "./stage-editor.tsx";

const KINDS = [
  { value: "stageField", label: "Field is filled" },
  { value: "field", label: "Deal has" },
  { value: "activity", label: "Activity logged" },
  { value: "contactRole", label: "Contact with role" },
  { value: "teamRole", label: "Colleague with role" },
  { value: "change", label: "Change within limit" },
];
const DEAL_FIELDS = [
  { value: "nextStep", label: "Next step with a date" },
  { value: "closeDate", label: "Close date" },
  { value: "amountCents", label: "Value" },
  { value: "accountId", label: "Account" },
];

/** A criterion of the kind with everything it needs. */
function startOf(kind: string, label: string, firstKey: string): Criterion {
  switch (kind) {
    case "field":
      return { kind, field: "nextStep", label };
    case "activity":
      return { kind, activity: "note", label };
    case "contactRole":
      return { kind, role: "Decision Maker", label };
    case "teamRole":
      return { kind, role: "Pre-sales", label };
    case "change":
      return { kind, from: firstKey, to: firstKey, approval: firstKey, maxPercent: 10, label };
    default:
      return { kind: "stageField", key: firstKey, label };
  }
}

interface CriteriaEditorProps {
  criteria: Criterion[];
  allFields: Field[];
  onChange(criteria: Criterion[]): void;
}

/** What must be true, one row each. */
export function CriteriaEditor({ criteria, allFields, onChange }: CriteriaEditorProps) {
  const firstKey = allFields[0]?.key ?? "field";
  const set = (index: number, next: Criterion): void =>
    onChange(criteria.map((one, at) => (at === index ? next : one)));
  return (
    <Stack gap="xs">
      {criteria.map((criterion, index) => (
        <Group key={`${index} ${criterion.kind}`} gap="xs" align="flex-end">
          <Select
            size="xs"
            label="Criterion"
            w={170}
            data={KINDS}
            value={criterion.kind}
            allowDeselect={false}
            onChange={(kind) => set(index, startOf(kind ?? "stageField", criterion.label, firstKey))}
          />
          <Details criterion={criterion} allFields={allFields} onChange={(next) => set(index, next)} />
          <TextInput
            size="xs"
            label="Shown as"
            value={criterion.label}
            onChange={(event) => set(index, { ...criterion, label: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove the criterion ${criterion.label}`}
            onClick={() => onChange(criteria.filter((_one, at) => at !== index))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => onChange([...criteria, startOf("stageField", "", firstKey)])}
        >
          Add criterion
        </Button>
      </Group>
    </Stack>
  );
}

interface DetailsProps {
  criterion: Criterion;
  allFields: Field[];
  onChange(criterion: Criterion): void;
}

function Details({ criterion, allFields, onChange }: DetailsProps) {
  const fields = allFields.map(({ key, label }) => ({ value: key, label: label || key }));
  const small = { size: "xs", w: 180, allowDeselect: false } as const;
  switch (criterion.kind) {
    case "field":
      return (
        <Select
          {...small}
          label="What"
          data={DEAL_FIELDS}
          value={criterion.field}
          onChange={(field) => onChange({ ...criterion, field: field as "nextStep" })}
        />
      );
    case "activity":
      return (
        <Select
          {...small}
          label="Type"
          data={ACTIVITIES}
          value={criterion.activity}
          onChange={(activity) => onChange({ ...criterion, activity: activity as "note" })}
        />
      );
    case "contactRole":
    case "teamRole":
      return (
        <TextInput
          size="xs"
          label="Role"
          value={criterion.role ?? ""}
          onChange={(event) => onChange({ ...criterion, role: event.currentTarget.value })}
        />
      );
    case "change":
      return (
        <>
          <Select
            {...small}
            label="From"
            data={fields}
            value={criterion.from}
            onChange={(from) => onChange({ ...criterion, from: from! })}
          />
          <Select
            {...small}
            label="To"
            data={fields}
            value={criterion.to}
            onChange={(to) => onChange({ ...criterion, to: to! })}
          />
          <NumberInput
            size="xs"
            w={90}
            label="Limit (%)"
            min={0}
            value={criterion.maxPercent}
            onChange={(value) => onChange({ ...criterion, maxPercent: Number(value) })}
          />
          <Select
            {...small}
            label="Approval"
            data={fields}
            value={criterion.approval}
            onChange={(approval) => onChange({ ...criterion, approval: approval! })}
          />
        </>
      );
    case "stageField":
      return (
        <>
          <Select
            {...small}
            label="Field"
            data={fields}
            value={criterion.key}
            onChange={(key) => onChange({ ...criterion, key: key! })}
          />
          <WordsInput
            label="Only these answers"
            words={criterion.accept ?? []}
            onChange={(accept) => {
              const { accept: _accept, ...rest } = criterion;
              onChange(accept.length > 0 ? { ...rest, accept } : rest);
            }}
          />
        </>
      );
  }
}
