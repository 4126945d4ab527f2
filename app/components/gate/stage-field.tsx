import { Anchor, Text } from "@mantine/core";
import type { Outputs } from "../../client-navigation.ts";
import { EditableField } from "../editable-field.tsx";
import { Day, Money } from "../format.tsx";

type Field = Outputs["opportunities"]["panel"]["fields"][number];
type Value = string | number | undefined;

const YES_NO = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
];
const APPROVALS = [
  { value: "not_needed", label: "Not needed" },
  { value: "requested", label: "Requested" },
  { value: "approved", label: "Approved" },
  { value: "refused", label: "Refused" },
];

const optionsOf = ({ type, options = [] }: Field): { value: string; label: string }[] =>
  type === "yesno" ? YES_NO : type === "approval" ? APPROVALS : options.map((value) => ({ value, label: value }));

const KINDS = {
  text: "multiline",
  link: "text",
  choice: "select",
  yesno: "select",
  approval: "select",
  date: "date",
  money: "money",
  number: "number",
} as const;

interface StageFieldProps {
  field: Field;
  value: Value;
  currency: string;
  canEdit: boolean;
  /** Whether the person may give approvals; others may only ask for one. */
  canApprove: boolean;
  isSaving: boolean;
  isLabelHidden: boolean;
  onSave(value: string | number | null): void;
}

/** One thing that a stage asks to be written down, changed where it stands. */
export function StageField({
  field,
  value,
  currency,
  canEdit,
  canApprove,
  isSaving,
  isLabelHidden,
  onSave,
}: StageFieldProps) {
  const { type, label } = field;
  const isNumeric = type === "money" || type === "number";
  const text = value === undefined ? "" : String(type === "money" ? Number(value) / 100 : value);
  const options =
    type === "approval" && !canApprove
      ? APPROVALS.filter(({ value: state }) => state === "not_needed" || state === "requested" || state === value)
      : optionsOf(field);
  return (
    <EditableField
      label={label}
      kind={KINDS[type]}
      value={text}
      options={options}
      canEdit={canEdit}
      isSaving={isSaving}
      isLabelHidden={isLabelHidden}
      onSave={(next) =>
        onSave(
          next === "" ? null : isNumeric ? (type === "money" ? Math.round(Number(next) * 100) : Number(next)) : next,
        )
      }
    >
      <Shown field={field} value={value} currency={currency} />
    </EditableField>
  );
}

function Shown({ field, value, currency }: { field: Field; value: Value; currency: string }) {
  if (value === undefined)
    return (
      <Text size="sm" c="dimmed" span>
        {field.help ?? "Not yet"}
      </Text>
    );
  if (field.type === "money") return <Money cents={Number(value)} currency={currency} isExact />;
  if (field.type === "date") return <Day day={String(value)} />;
  const known = optionsOf(field).find((option) => option.value === value);
  return <span className="stage-text">{known?.label ?? String(value)}</span>;
}

/** A document's address, to be opened beside the field that holds it. */
export function DocumentLink({ field, value }: { field: Field; value: Value }) {
  if (field.type !== "link" || value === undefined) return null;
  return (
    <Anchor href={String(value)} target="_blank" rel="noreferrer noopener" size="xs">
      Open the document
    </Anchor>
  );
}
