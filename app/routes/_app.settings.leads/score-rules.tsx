import { Button, Group, NumberInput, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Rules } from "./route.tsx";
import { useSaveRules } from "./use-save-rules.ts";

type Score = Rules["score"]["rules"];
type Hot = Rules["hot"]["rules"];

/** Weights of what is known about a lead and of what it does, the threshold, and what makes it hot. */
export function ScoreRules({ score, hot }: { score: Rules["score"]; hot: Rules["hot"] }) {
  const [rules, setRules] = useState<Score>(score.rules);
  const [hotRules, setHotRules] = useState<Hot>(hot.rules);
  const save = useSaveRules();
  const publish = (): void => {
    if (rules !== score.rules) save.mutate({ version: score.version, set: { kind: "score", rules } });
    if (hotRules !== hot.rules) save.mutate({ version: hot.version, set: { kind: "hot", rules: hotRules } });
  };
  const number = (label: string, value: number, onChange: (value: number) => void, max = 100) => (
    <NumberInput
      aria-label={label}
      size="xs"
      w={90}
      min={-100}
      max={max}
      allowDecimal={false}
      value={value}
      onChange={(next) => onChange(Number(next))}
    />
  );
  const setFit = (index: number, points: number): void =>
    setRules({ ...rules, fit: rules.fit.map((rule, at) => (at === index ? { ...rule, points } : rule)) });
  const setSignal = (index: number, changes: Partial<Score["signals"][number]>): void =>
    setRules({ ...rules, signals: rules.signals.map((rule, at) => (at === index ? { ...rule, ...changes } : rule)) });
  const setHot = (index: number, changes: object): void =>
    setHotRules({ rules: hotRules.rules.map((rule, at) => (at === index ? { ...rule, ...changes } : rule)) });
  return (
    <section className="panel" aria-labelledby="score-rules">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="score-rules">
          Score
        </Title>
        <Button
          size="xs"
          loading={save.isPending}
          disabled={rules === score.rules && hotRules === hot.rules}
          onClick={publish}
        >
          Publish
        </Button>
      </Group>
      <Group gap="xs" mb="sm">
        <Text size="sm">A lead is given to a rep from this score on:</Text>
        {number("Threshold", rules.threshold, (threshold) => setRules({ ...rules, threshold }))}
      </Group>
      <Table.ScrollContainer minWidth={520}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What is known or done</Table.Th>
              <Table.Th>Points</Table.Th>
              <Table.Th>Half-life, days</Table.Th>
              <Table.Th>At most</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rules.fit.map((rule, index) => (
              <Table.Tr key={rule.key}>
                <Table.Td>{rule.label}</Table.Td>
                <Table.Td>{number(`Points: ${rule.label}`, rule.points, (points) => setFit(index, points))}</Table.Td>
                <Table.Td>
                  <span className="muted">stays</span>
                </Table.Td>
                <Table.Td />
              </Table.Tr>
            ))}
            {rules.signals.map((rule, index) => (
              <Table.Tr key={rule.kind}>
                <Table.Td>{rule.label}</Table.Td>
                <Table.Td>
                  {number(`Points: ${rule.label}`, rule.points, (points) => setSignal(index, { points }))}
                </Table.Td>
                <Table.Td>
                  {number(
                    `Half-life: ${rule.label}`,
                    rule.halfLifeDays,
                    (halfLifeDays) => setSignal(index, { halfLifeDays }),
                    3650,
                  )}
                </Table.Td>
                <Table.Td>
                  {number(`At most: ${rule.label}`, rule.maxPoints, (maxPoints) => setSignal(index, { maxPoints }))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Title order={3} mt="md" mb="xs">
        Hot leads
      </Title>
      {hotRules.rules.map((rule, index) => (
        <Group key={rule.key} gap="xs" mb={6}>
          <Text size="sm" className="grow">
            {rule.label}
          </Text>
          {rule.kind === "signal"
            ? number(`Times: ${rule.label}`, rule.count, (count) => setHot(index, { count }))
            : number(`Points up: ${rule.label}`, rule.points, (points) => setHot(index, { points }))}
          <Text size="sm" c="dimmed">
            {rule.kind === "signal" ? "times" : "points"} within hours
          </Text>
          {number(`Hours: ${rule.label}`, rule.withinHours, (withinHours) => setHot(index, { withinHours }), 8760)}
        </Group>
      ))}
    </section>
  );
}
