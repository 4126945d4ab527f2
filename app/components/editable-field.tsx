import { NumberInput, Select, Text, Textarea, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

interface EditableFieldProps {
  label: string;
  /** What is shown while nobody edits. */
  children: ReactNode;
  value: string;
  kind?: "text" | "multiline" | "date" | "money" | "number" | "select";
  options?: { value: string; label: string }[];
  canEdit: boolean;
  isSaving?: boolean;
  /** Where the words beside it say the same. */
  isLabelHidden?: boolean;
  onSave(value: string): void;
}

/** A value that is changed where it stands: click or Enter to edit, Enter (with Ctrl in several lines) or leaving saves, Escape takes back. */
export function EditableField({
  label,
  children,
  value,
  kind = "text",
  options = [],
  canEdit,
  isSaving = false,
  isLabelHidden = false,
  onSave,
}: EditableFieldProps) {
  const [draft, setDraft] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const isEditing = draft !== undefined;
  useEffect(() => {
    if (isEditing) (input.current ?? area.current)?.focus();
  }, [isEditing]);

  const finish = (next: string | undefined): void => {
    setDraft(undefined);
    if (next !== undefined && next !== value) onSave(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") finish(undefined);
    if (event.key === "Enter" && (kind !== "multiline" || event.ctrlKey || event.metaKey)) finish(draft);
  };
  const shared = { "aria-label": label, size: "xs", onKeyDown, onBlur: () => finish(draft) } as const;
  const common = { ...shared, ref: input };
  return (
    <div className="field">
      <Text size="xs" c="dimmed" component="dt" className={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </Text>
      <dd>
        {!isEditing ? (
          canEdit ? (
            <UnstyledButton className="field-value" onClick={() => setDraft(value)} data-saving={isSaving || undefined}>
              <VisuallyHidden>Change {label}: </VisuallyHidden>
              {children}
            </UnstyledButton>
          ) : (
            <span className="field-value">{children}</span>
          )
        ) : kind === "select" ? (
          <Select
            {...common}
            data={options}
            value={draft}
            onChange={(next) => finish(next ?? undefined)}
            defaultDropdownOpened
            allowDeselect={false}
          />
        ) : kind === "multiline" ? (
          <Textarea
            {...shared}
            ref={area}
            autosize
            minRows={2}
            maxRows={12}
            value={draft}
            onChange={(event) => setDraft(event.currentTarget.value)}
          />
        ) : kind === "money" || kind === "number" ? (
          <NumberInput
            {...common}
            prefix={kind === "money" ? "$" : ""}
            thousandSeparator
            min={0}
            decimalScale={2}
            value={draft}
            onChange={(next) => setDraft(String(next))}
            hideControls
          />
        ) : (
          <TextInput {...common} type={kind} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} />
        )}
      </dd>
    </div>
  );
}
