import {
  Alert,
  Badge,
  Button,
  Group,
  Progress,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { showError } from "../../components/notify.ts";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { api, trpc } from "../../trpc.ts";

type Run = Outputs["imports"]["get"];

/** One file: mapping, check, import, report, undo; work that runs can be left and found again. */
export function ImportRun({ runId, onClose }: { runId: string; onClose(): void }) {
  const query = useQuery({
    ...trpc.imports.get.queryOptions({ runId }),
    refetchInterval: ({ state }) =>
      state.data && ["checking", "running", "undoing"].includes(state.data.state) ? 1500 : false,
  });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const run = query.data;
  const isBusy = ["checking", "running", "undoing"].includes(run.state);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Group gap="xs">
          <Title order={2}>{run.fileName}</Title>
          <Badge variant="light">{run.state}</Badge>
        </Group>
        <Button variant="default" onClick={onClose}>
          All imports
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        Read as {run.encoding}, columns separated by {run.delimiter === "\t" ? "tabs" : `"${run.delimiter}"`}
        {run.unmapped.length > 0 ? ` · not imported: ${run.unmapped.join(", ")}` : ""}
      </Text>
      {run.importedBefore ? (
        <Alert color="yellow" role="alert">
          This very file was imported <When at={run.importedBefore.createdAt} />. Records that are here already are
          updated, not doubled.
        </Alert>
      ) : null}
      {run.error ? (
        <Alert color="red" role="alert">
          {run.error}
        </Alert>
      ) : null}
      {isBusy ? (
        <div role="status">
          <Progress value={100} animated striped aria-label="Working" />
          <Text size="sm" mt={4}>
            {run.processedRows.toLocaleString("en-US")} rows done. You can leave this page.
          </Text>
        </div>
      ) : null}
      {["uploaded", "checked", "undone"].includes(run.state) ? <Mapping key={run.state} run={run} /> : null}
      {run.totals ? <Report run={run} /> : null}
    </Stack>
  );
}

function Mapping({ run }: { run: Run }) {
  const client = useQueryClient();
  const [mapping, setMapping] = useState<Record<string, string>>(run.mapping);
  const [duplicates, setDuplicates] = useState(run.options.duplicates);
  const [moneyUnit, setMoneyUnit] = useState(String(run.options.moneyUnit));
  const [stageMap, setStageMap] = useState(run.options.stageMap);
  const [defaultOwnerId, setDefaultOwnerId] = useState(run.options.defaultOwnerId);
  const people = useQuery(trpc.users.assignable.queryOptions());
  const refresh = () => client.invalidateQueries({ queryKey: trpc.imports.pathKey() });
  const check = useMutation({
    mutationFn: () =>
      api.imports.check.mutate({
        ...{ runId: run.id, mapping, duplicates, stageMap, defaultOwnerId },
        moneyUnit: Number(moneyUnit) as 1,
      }),
    onError: showError,
    onSettled: refresh,
  });
  const start = useMutation({
    mutationFn: () => api.imports.start.mutate({ runId: run.id }),
    onError: showError,
    onSettled: refresh,
  });
  const choose = (column: string, key: string | null): void =>
    setMapping((old) => {
      const { [column]: _old, ...rest } = old;
      return key ? { ...rest, [column]: key } : rest;
    });
  return (
    <section className="panel" aria-labelledby="mapping">
      <Title order={2} id="mapping" mb="xs">
        Columns
      </Title>
      <Table.ScrollContainer minWidth={560} mah={420}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column of the file</Table.Th>
              <Table.Th>Examples</Table.Th>
              <Table.Th>Becomes</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {run.header.map((column, index) => (
              <Table.Tr key={column}>
                <Table.Td>{column}</Table.Td>
                <Table.Td>
                  <Text size="xs" c="dimmed" lineClamp={1}>
                    {run.sample
                      .map((row) => row[index])
                      .filter(Boolean)
                      .slice(0, 3)
                      .join(" · ")}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Select
                    size="xs"
                    aria-label={`Field for ${column}`}
                    placeholder="Not imported"
                    clearable
                    searchable
                    data={run.fields.map((field) => ({
                      value: field.key,
                      label: field.isRequired ? `${field.label} *` : field.label,
                    }))}
                    value={mapping[column] ?? null}
                    onChange={(key) => choose(column, key)}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <StageMap run={run} value={stageMap} onChange={setStageMap} />
      <Group mt="sm" gap="md" align="flex-end">
        {run.fields.some(({ key }) => key === "owner") ? (
          <Select
            size="xs"
            label="Owner, where the file names none"
            data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={defaultOwnerId}
            onChange={(id) => id && setDefaultOwnerId(id)}
            searchable
            allowDeselect={false}
          />
        ) : null}
        <div>
          <Text size="sm">Records that are here already</Text>
          <SegmentedControl
            size="xs"
            aria-label="Records that are here already"
            data={[
              { value: "update", label: "Update" },
              { value: "skip", label: "Skip" },
            ]}
            value={duplicates}
            onChange={(value) => setDuplicates(value as "update")}
          />
        </div>
        {Object.values(mapping).includes("annualRevenue") ? (
          <Select
            size="xs"
            label="Revenue is given in"
            data={[
              { value: "1", label: "Units" },
              { value: "1000", label: "Thousands" },
              { value: "1000000", label: "Millions" },
            ]}
            value={moneyUnit}
            onChange={(value) => setMoneyUnit(value ?? "1")}
            allowDeselect={false}
          />
        ) : null}
        <Button
          variant={run.state === "checked" ? "default" : "filled"}
          onClick={() => check.mutate()}
          loading={check.isPending}
        >
          {run.state === "checked" ? "Check again" : "Check"}
        </Button>
        {run.state === "checked" ? (
          <Button
            onClick={() => start.mutate()}
            loading={start.isPending}
            disabled={run.totals?.created === 0 && run.totals.updated === 0}
          >
            Import {((run.totals?.created ?? 0) + (run.totals?.updated ?? 0)).toLocaleString("en-US")} rows
          </Button>
        ) : null}
      </Group>
    </section>
  );
}

/** Which stage each unknown word of the file is; a check tells which words those are. */
function StageMap({
  run,
  value,
  onChange,
}: {
  run: Run;
  value: Record<string, string>;
  onChange(value: Record<string, string>): void;
}) {
  const stages = useQuery(trpc.opportunities.stages.queryOptions());
  const wordsToMap = [...new Set([...run.unknownStages, ...Object.keys(value)])];
  if (wordsToMap.length === 0) return null;
  return (
    <Stack gap="xs" mt="sm" role="group" aria-label="Stages of the file">
      <Text size="sm">These stages are not known here. Say which one each is, then check again.</Text>
      {wordsToMap.map((word) => (
        <Group key={word} gap="xs" wrap="nowrap">
          <Text size="sm" w={180} truncate>
            {word}
          </Text>
          <Select
            size="xs"
            aria-label={`Stage for ${word}`}
            placeholder="Rows are not imported"
            data={(stages.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={value[word] ?? null}
            clearable
            onChange={(stageId) => {
              const { [word]: _old, ...rest } = value;
              onChange(stageId ? { ...rest, [word]: stageId } : rest);
            }}
          />
        </Group>
      ))}
    </Stack>
  );
}

function Report({ run }: { run: Run }) {
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: () => api.imports.undo.mutate({ runId: run.id }),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.imports.pathKey() }),
  });
  const [outcome, setOutcome] = useState<"all" | "failed" | "skipped">("all");
  const rows = useInfiniteQuery({
    queryKey: [
      ...trpc.imports.rows.queryKey({ runId: run.id, ...(outcome === "all" ? {} : { outcome }) }),
      run.processedRows,
    ],
    queryFn: ({ pageParam }) =>
      api.imports.rows.query({ runId: run.id, after: pageParam, ...(outcome === "all" ? {} : { outcome }) }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length === 100 ? page.at(-1)!.rowNumber : undefined),
  });
  const totals = run.totals!;
  const listed = rows.data?.pages.flat().filter((row) => row.messages.length > 0 || outcome !== "all") ?? [];
  const figures = [
    [run.isDryRun ? "Would be created" : "Created", totals.created],
    [run.isDryRun ? "Would be updated" : "Updated", totals.updated],
    ["Skipped", totals.skipped],
    ["Not importable", totals.failed],
    ["Remarks", totals.warnings],
  ] as const;
  return (
    <section className="panel" aria-labelledby="report">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="report">
          {run.isDryRun ? "What would happen" : "What happened"} with {totals.rows.toLocaleString("en-US")} rows
        </Title>
        {run.state === "done" || run.state === "failed" ? (
          <Button variant="default" color="red" onClick={() => undo.mutate()} loading={undo.isPending}>
            Undo the whole import
          </Button>
        ) : null}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 5 }} mb="sm">
        {figures.map(([label, value]) => (
          <div key={label}>
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Text fw={650} size="lg" className="tabular">
              {value.toLocaleString("en-US")}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <SegmentedControl
        size="xs"
        mb="xs"
        aria-label="Rows shown"
        data={[
          { value: "all", label: "With remarks" },
          { value: "failed", label: "Not importable" },
          { value: "skipped", label: "Skipped" },
        ]}
        value={outcome}
        onChange={(value) => setOutcome(value as "all")}
      />
      <Table.ScrollContainer minWidth={480} mah={420}>
        <Table>
          <Table.Tbody>
            {listed.map((row) => (
              <Table.Tr key={row.rowNumber}>
                <Table.Td className="tabular">Row {row.rowNumber}</Table.Td>
                <Table.Td>{row.outcome}</Table.Td>
                <Table.Td>
                  {row.messages.map((message, index) => (
                    <Text key={index} size="sm" c={message.severity === "error" ? "red" : undefined}>
                      {message.column ? `${message.column}: ` : ""}
                      {message.text}
                    </Text>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.hasNextPage ? (
        <Button variant="subtle" onClick={() => void rows.fetchNextPage()} loading={rows.isFetchingNextPage}>
          More rows
        </Button>
      ) : null}
    </section>
  );
}
