import {
  ActionIcon,
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { CATEGORIES } from "../../components/gate/forecast-field.tsx";
import { CriteriaEditor } from "./criteria-editor.tsx";
import { toWords, type Field, type StageDraft } from "./draft.ts";

const KINDS = [
  { value: "open", label: "Open" },
  { value: "won", label: "Won" },
  { value: "lost", label: "Lost" },
];
const TYPES = [
  { value: "text", label: "Text" },
  { value: "choice", label: "Choice" },
  { value: "yesno", label: "Yes or no" },
  { value: "date", label: "Date" },
  { value: "money", label: "Money" },
  { value: "number", label: "Number" },
  { value: "link", label: "Document link" },
  { value: "approval", label: "Approval" },
];
export const ACTIVITIES = [
  { value: "call", label: "Call" },
  { value: "email", label: "E-mail" },
  { value: "meeting", label: "Meeting" },
  { value: "visit", label: "Visit" },
  { value: "note", label: "Note" },
];

interface StageEditorProps {
  stage: StageDraft;
  allFields: Field[];
  onChange(part: Partial<StageDraft>): void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove(): void;
}

export function StageEditor({ stage, allFields, onChange, onUp, onDown, onRemove }: StageEditorProps) {
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Stage name"
          value={stage.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Select
          label="Kind"
          w={110}
          data={KINDS}
          value={stage.kind}
          allowDeselect={false}
          onChange={(kind) => onChange({ kind: kind as "open" })}
        />
        <NumberInput
          label="Probability (%)"
          w={130}
          min={0}
          max={100}
          value={Math.round(stage.probability * 100)}
          onChange={(value) => onChange({ probability: Number(value) / 100 })}
        />
        <NumberInput
          label="Idle limit (days)"
          w={130}
          min={1}
          max={365}
          value={stage.idleDays}
          onChange={(value) => onChange({ idleDays: Number(value) || 1 })}
        />
        <Select
          label="Forecast category"
          w={150}
          data={CATEGORIES}
          value={stage.forecastCategory}
          allowDeselect={false}
          onChange={(category) => onChange({ forecastCategory: category as "commit" })}
        />
        <MultiSelect
          label="Also without a reason"
          w={200}
          data={CATEGORIES}
          value={stage.allowedCategories}
          onChange={(categories) => onChange({ allowedCategories: categories as StageDraft["allowedCategories"] })}
        />
      </Group>
      <Textarea
        label="Guidance"
        autosize
        minRows={2}
        value={stage.guidance}
        onChange={(event) => onChange({ guidance: event.currentTarget.value })}
      />
      {stage.kind === "open" ? (
        <>
          <Text fw={600} size="sm">
            Fields
          </Text>
          <FieldsEditor fields={stage.fields} onChange={(fields) => onChange({ fields })} />
          <Text fw={600} size="sm">
            To leave this stage
          </Text>
          <CriteriaEditor
            criteria={stage.exitCriteria}
            allFields={allFields}
            onChange={(exitCriteria) => onChange({ exitCriteria })}
          />
          <Group gap="sm" align="flex-end">
            <Select
              label="Passed over only when"
              placeholder="As the pipeline says"
              clearable
              data={allFields.map(({ key, label }) => ({ value: key, label }))}
              value={stage.skipWhen?.key ?? null}
              onChange={(key) => onChange({ skipWhen: key ? { key, equals: stage.skipWhen?.equals ?? "no" } : null })}
            />
            {stage.skipWhen ? (
              <TextInput
                label="is"
                w={120}
                value={stage.skipWhen.equals}
                onChange={(event) => onChange({ skipWhen: { ...stage.skipWhen!, equals: event.currentTarget.value } })}
              />
            ) : null}
          </Group>
          <Text fw={600} size="sm">
            Activity templates
          </Text>
          <TemplatesEditor
            templates={stage.activityTemplates}
            onChange={(activityTemplates) => onChange({ activityTemplates })}
          />
        </>
      ) : null}
      <Group gap="xs">
        <Button size="xs" variant="default" disabled={!onUp} onClick={onUp}>
          Move up
        </Button>
        <Button size="xs" variant="default" disabled={!onDown} onClick={onDown}>
          Move down
        </Button>
        <Button size="xs" variant="subtle" color="red" onClick={onRemove}>
          Remove stage
        </Button>
      </Group>
    </Stack>
  );
}

function FieldsEditor({ fields, onChange }: { fields: Field[]; onChange(fields: Field[]): void }) {
  const set = (index: number, part: Partial<Field>): void =>
    onChange(fields.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Stack gap="xs">
      {fields.map((field, index) => (
        <Group key={index} gap="xs" align="flex-end">
          <TextInput
            size="xs"
            label="Label"
            value={field.label}
            onChange={(event) => set(index, { label: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label="Key"
            w={140}
            value={field.key}
            onChange={(event) => set(index, { key: event.currentTarget.value })}
          />
          <Select
            size="xs"
            label="Type"
            w={130}
            data={TYPES}
            value={field.type}
            allowDeselect={false}
            onChange={(type) => set(index, { type: type as "text" })}
          />
          {field.type === "choice" ? (
            <WordsInput label="Choices" words={field.options ?? []} onChange={(options) => set(index, { options })} />
          ) : null}
          {field.type === "choice" || field.type === "yesno" ? (
            <WordsInput
              label="Answers that are a risk"
              words={field.riskValues ?? []}
              onChange={(riskValues) => set(index, { riskValues })}
            />
          ) : null}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove the field ${field.label}`}
            onClick={() => onChange(fields.filter((_one, at) => at !== index))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => onChange([...fields, { key: `field${Date.now() % 1e6}`, label: "", type: "text" }])}
        >
          Add field
        </Button>
      </Group>
    </Stack>
  );
}

interface WordsInputProps {
  label: string;
  words: string[];
  onChange(words: string[]): void;
}

/** Words with commas between them, read when the field is left. */
export const WordsInput = ({ label, words, onChange }: WordsInputProps) => (
  <TextInput
    size="xs"
    label={label}
    placeholder="One, another"
    defaultValue={words.join(", ")}
    onBlur={(event) => onChange(toWords(event.currentTarget.value))}
  />
);

type Template = StageDraft["activityTemplates"][number];

function TemplatesEditor({ templates, onChange }: { templates: Template[]; onChange(templates: Template[]): void }) {
  const set = (index: number, part: Partial<Template>): void =>
    onChange(templates.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Stack gap="xs">
      {templates.map((template, index) => (
        <Group key={index} gap="xs" align="flex-end">
          <Select
            size="xs"
            label="Type"
            w={110}
            data={ACTIVITIES}
            value={template.kind}
            allowDeselect={false}
            onChange={(kind) => set(index, { kind: kind as "call" })}
          />
          <TextInput
            size="xs"
            label="Subject"
            value={template.subject}
            onChange={(event) => set(index, { subject: event.currentTarget.value })}
          />
          <WordsInput label="Outcomes" words={template.outcomes} onChange={(outcomes) => set(index, { outcomes })} />
          <WordsInput
            label="Checklist"
            words={template.checklist}
            onChange={(checklist) => set(index, { checklist })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove the template ${template.subject}`}
            onClick={() => onChange(templates.filter((_one, at) => at !== index))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          onClick={() => onChange([...templates, { kind: "call", subject: "", outcomes: [], checklist: [] }])}
        >
          Add template
        </Button>
      </Group>
    </Stack>
  );
}
