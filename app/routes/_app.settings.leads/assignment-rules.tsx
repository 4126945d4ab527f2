import {
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { SOURCES } from "../../components/leads/words.ts";
import { trpc } from "../../trpc.ts";
import type { Rules } from "./route.tsx";
import { useSaveRules } from "./use-save-rules.ts";

type Rule = Rules["assignment"]["rules"]["rules"][number];

const toWords = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
const toNumber = (value: number | string): number | undefined => (value === "" ? undefined : Number(value));

/** Ordered rules: the first that fits a lead and has somebody free gives it away. */
export function AssignmentRules({ set }: { set: Rules["assignment"] }) {
  const [rules, setRules] = useState<Rule[]>(set.rules.rules);
  const save = useSaveRules();
  const change = (index: number, changes: Partial<Rule>): void =>
    setRules(rules.map((rule, at) => (at === index ? { ...rule, ...changes } : rule)));
  const move = (index: number, by: -1 | 1): void => {
    const next = [...rules];
    const [taken] = next.splice(index, 1);
    next.splice(index + by, 0, taken!);
    setRules(next);
  };
  const add = (): void =>
    setRules([
      {
        ...{ key: `rule-${Date.now()}`, name: "New rule", isActive: true, when: {}, userIds: [], teamIds: [] },
        method: "round_robin",
      },
      ...rules,
    ]);
  // Empty conditions are left out: what is not said holds always.
  const cleaned = rules.map(({ when, ...rule }) => ({
    ...rule,
    when: Object.fromEntries(
      Object.entries(when).filter(([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0)),
    ),
  }));
  return (
    <section className="panel" aria-labelledby="assignment">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="assignment">
          Assignment
        </Title>
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={add}>
            Add a rule
          </Button>
          <Button
            size="xs"
            loading={save.isPending}
            disabled={rules === set.rules.rules}
            onClick={() =>
              save.mutate({ version: set.version, set: { kind: "assignment", rules: { rules: cleaned } } })
            }
          >
            Publish
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        The first rule that fits gives the lead away. A lead that no rule fits waits in the pool.
      </Text>
      <Stack gap="md" component="ol" className="rules">
        {rules.map((rule, index) => (
          <li key={rule.key}>
            <RuleFields rule={rule} onChange={(changes) => change(index, changes)} />
            <Group gap="xs" mt="xs">
              <Button variant="subtle" size="compact-xs" disabled={index === 0} onClick={() => move(index, -1)}>
                Up
              </Button>
              <Button
                variant="subtle"
                size="compact-xs"
                disabled={index === rules.length - 1}
                onClick={() => move(index, 1)}
              >
                Down
              </Button>
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => setRules(rules.filter((_, at) => at !== index))}
              >
                Remove
              </Button>
            </Group>
          </li>
        ))}
      </Stack>
    </section>
  );
}

function RuleFields({ rule, onChange }: { rule: Rule; onChange(changes: Partial<Rule>): void }) {
  const people = useQuery(trpc.users.list.queryOptions());
  const policies = useQuery(trpc.leads.slaPolicies.queryOptions());
  const when = (changes: Partial<Rule["when"]>): void => onChange({ when: { ...rule.when, ...changes } });
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Rule"
          className="grow"
          value={rule.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Select
          label="Method"
          w={170}
          allowDeselect={false}
          data={[
            { value: "round_robin", label: "In turn" },
            { value: "least_loaded", label: "Fewest open leads" },
          ]}
          value={rule.method}
          onChange={(method) => onChange({ method: method as Rule["method"] })}
        />
        <NumberInput
          label="Most open leads"
          w={130}
          min={0}
          value={rule.maxOpenLeads ?? ""}
          onChange={(value) => onChange({ maxOpenLeads: toNumber(value) })}
        />
        <Select
          label="SLA"
          w={150}
          clearable
          placeholder="Standard"
          data={(policies.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={rule.slaPolicyId ?? null}
          onChange={(value) => onChange({ slaPolicyId: value ?? undefined })}
        />
        <Checkbox
          label="On"
          mb={8}
          checked={rule.isActive}
          onChange={(event) => onChange({ isActive: event.currentTarget.checked })}
        />
      </Group>
      <Group align="flex-start" gap="xs" grow preventGrowOverflow={false}>
        <MultiSelect
          label="Source"
          miw={160}
          data={[...SOURCES]}
          value={rule.when.sources ?? []}
          onChange={(sources) => when({ sources })}
        />
        <WordsInput label="Countries" value={rule.when.countries} onChange={(countries) => when({ countries })} />
        <WordsInput label="Industries" value={rule.when.industries} onChange={(industries) => when({ industries })} />
      </Group>
      <Group align="flex-start" gap="xs" grow preventGrowOverflow={false}>
        <NumberInput
          label="Employees from"
          miw={120}
          min={0}
          value={rule.when.minEmployees ?? ""}
          onChange={(value) => when({ minEmployees: toNumber(value) })}
        />
        <NumberInput
          label="to"
          miw={120}
          min={0}
          value={rule.when.maxEmployees ?? ""}
          onChange={(value) => when({ maxEmployees: toNumber(value) })}
        />
        <NumberInput
          label="Score from"
          miw={120}
          min={0}
          max={100}
          value={rule.when.minScore ?? ""}
          onChange={(value) => when({ minScore: toNumber(value) })}
        />
        <MultiSelect
          label="People"
          description="Nobody named means every rep"
          miw={220}
          searchable
          data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={rule.userIds}
          onChange={(userIds) => onChange({ userIds })}
        />
      </Group>
    </Stack>
  );
}

/** Words with commas between; kept as typed until the field is left. */
function WordsInput({
  label,
  value = [],
  onChange,
}: {
  label: string;
  value?: string[] | undefined;
  onChange(words: string[]): void;
}) {
  const [draft, setDraft] = useState<string>();
  return (
    <TextInput
      label={label}
      placeholder="Any"
      miw={160}
      value={draft ?? value.join(", ")}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => {
        if (draft !== undefined) onChange(toWords(draft));
        setDraft(undefined);
      }}
    />
  );
}
