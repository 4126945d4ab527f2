import { ActionIcon, Badge, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";

export interface Entry {
  kind: "objection" | "feedback" | "requirement";
  text: string;
}

export const ENTRY_LABELS: Record<string, string> = {
  objection: "Objection",
  feedback: "Feedback",
  requirement: "Requirement",
};

/** What the customer said, by kind. */
export function EntryFields({ entries, onChange }: { entries: Entry[]; onChange(entries: Entry[]): void }) {
  const [kind, setKind] = useState<Entry["kind"]>("objection");
  const [text, setText] = useState("");
  const add = (): void => {
    if (!text.trim()) return;
    onChange([...entries, { kind, text: text.trim() }]);
    setText("");
  };
  return (
    <Stack gap={6}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Select
          label="The customer's"
          w={140}
          data={Object.entries(ENTRY_LABELS).map(([value, label]) => ({ value, label }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind((value ?? "objection") as Entry["kind"])}
        />
        <TextInput
          label="In their words"
          className="grow"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && add()}
        />
        <Button variant="default" onClick={add}>
          Add
        </Button>
      </Group>
      {entries.map((entry, index) => (
        <Group key={`${entry.kind}-${index}`} gap="xs" wrap="nowrap">
          <Badge variant="light">{ENTRY_LABELS[entry.kind]}</Badge>
          <Text size="sm" className="grow">
            {entry.text}
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${entry.text}`}
            onClick={() => onChange(entries.filter((_one, at) => at !== index))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
    </Stack>
  );
}
