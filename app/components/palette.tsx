import { Modal, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate } from "@remix-run/react";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { trpc } from "../trpc.ts";
import { useQuickCreate } from "./quick-create.tsx";

interface Choice {
  key: string;
  label: string;
  detail: string;
  run(): void;
}

const PATHS = {
  account: "/apps/crm/accounts/",
  contact: "/apps/crm/contacts/",
  opportunity: "/apps/crm/opportunities/",
  lead: "/apps/crm/leads/",
} as const;

/** Finds records, screens and actions by name. */
export default function Palette({
  screens,
  onClose,
}: {
  screens: readonly { to: string; label: string }[];
  onClose(): void;
}) {
  const [text, setText] = useState("");
  const [query] = useDebouncedValue(text.trim(), 120);
  const [selected, setSelected] = useState(0);
  const navigate = useNavigate();
  const { open } = useQuickCreate();
  const found = useQuery({
    ...trpc.search.find.queryOptions({ query }),
    enabled: query.length >= 2,
    placeholderData: keepPreviousData,
  });

  const go = (to: string) => (): void => {
    navigate(to);
    onClose();
  };
  const create = (type: "account" | "contact" | "opportunity") => (): void => {
    onClose();
    open(type);
  };
  const matches = (label: string): boolean => label.toLowerCase().includes(text.trim().toLowerCase());
  const choices: Choice[] = [
    ...(query.length >= 2 ? (found.data ?? []) : []).map((row) => ({
      key: row.id,
      label: row.name,
      detail: [row.type, row.detail].filter(Boolean).join(" · "),
      run: go(PATHS[row.type] + row.id),
    })),
    ...screens
      .filter(({ label }) => matches(label))
      .map(({ to, label }) => ({ key: to, label, detail: "Go to", run: go(to) })),
    ...(["opportunity", "account", "contact"] as const)
      .filter((type) => matches(`new ${type}`))
      .map((type) => ({ key: `new ${type}`, label: `New ${type}`, detail: "Create", run: create(type) })),
  ];
  const current = Math.min(selected, choices.length - 1);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setSelected(Math.min(current + 1, choices.length - 1));
    else if (event.key === "ArrowUp") setSelected(Math.max(current - 1, 0));
    else if (event.key === "Enter") choices[current]?.run();
    else return;
    event.preventDefault();
  };

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      centered={false}
      aria-label="Search"
      transitionProps={{ duration: 80 }}
    >
      <TextInput
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setSelected(0);
        }}
        onKeyDown={onKeyDown}
        leftSection={<IconSearch size={18} />}
        placeholder="Search records, screens, actions"
        size="lg"
        variant="unstyled"
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="palette-choices"
        aria-activedescendant={choices[current] ? `palette-${current}` : undefined}
        aria-label="Search records, screens, actions"
      />
      <div id="palette-choices" role="listbox" aria-label="Results" className="palette">
        {choices.map((choice, index) => (
          <UnstyledButton
            key={choice.key}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === current}
            className="palette-choice"
            onClick={choice.run}
            onMouseMove={() => setSelected(index)}
            tabIndex={-1}
          >
            <Text truncate>{choice.label}</Text>
            <Text size="xs" c="dimmed" truncate>
              {choice.detail}
            </Text>
          </UnstyledButton>
        ))}
        {choices.length === 0 ? (
          <Text c="dimmed" p="md">
            {found.isFetching ? "Searching" : "Nothing found that you may open."}
          </Text>
        ) : null}
      </div>
    </Modal>
  );
}
