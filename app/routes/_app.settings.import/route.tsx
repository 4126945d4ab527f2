import { Badge, Button, FileInput, Group, Select, Stack, Table, Text, Title } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { ImportRun } from "./import-run.tsx";

export const meta: MetaFunction = () => [{ title: "Import · Ringside" }];
export const loader = withCaller(({ caller }) => caller.imports.list());
export const clientLoader = fromMemory;

const TYPES = [
  { value: "lead", label: "Leads" },
  { value: "account", label: "Accounts" },
  { value: "contact", label: "Contacts" },
  { value: "opportunity", label: "Opportunities" },
  { value: "product", label: "Products" },
  { value: "activity", label: "Activities" },
];

export default function ImportPage() {
  const initial = useInitialData<Outputs["imports"]["list"]>();
  const filters = useFilters();
  const runId = filters.get("run");
  const runs = useQuery({ ...trpc.imports.list.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  return (
    <>
      <PageHeader
        title="Import"
        detail="CSV files from a spreadsheet or another CRM, checked before anything is written"
      />
      {runId ? (
        <ImportRun runId={runId} onClose={() => filters.set({ run: null })} />
      ) : (
        <Stack gap="lg">
          <Upload onUploaded={(id) => filters.set({ run: id })} />
          <section className="panel" aria-labelledby="runs">
            <Title order={2} id="runs" mb="xs">
              Imports so far
            </Title>
            {runs.isPending ? (
              <RowsSkeleton rows={3} />
            ) : runs.isError ? (
              <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
            ) : runs.data.length === 0 ? (
              <EmptyState title="None yet">
                Choose a file above. Nothing is written until you have seen the check.
              </EmptyState>
            ) : (
              <Table.ScrollContainer minWidth={560}>
                <Table>
                  <Table.Tbody>
                    {runs.data.map((run) => (
                      <Table.Tr key={run.id}>
                        <Table.Td>
                          <Button variant="subtle" size="compact-sm" onClick={() => filters.set({ run: run.id })}>
                            {run.fileName}
                          </Button>
                        </Table.Td>
                        <Table.Td>{TYPES.find(({ value }) => value === run.recordType)?.label ?? "People"}</Table.Td>
                        <Table.Td>
                          <Badge variant="light">{run.state}</Badge>
                        </Table.Td>
                        <Table.Td className="tabular">
                          {run.totals ? `${run.totals.created} created, ${run.totals.failed} not imported` : ""}
                        </Table.Td>
                        <Table.Td>
                          {run.createdByName} · <When at={run.createdAt} />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )}
          </section>
        </Stack>
      )}
    </>
  );
}

function Upload({ onUploaded }: { onUploaded(runId: string): void }) {
  const client = useQueryClient();
  const me = useMe();
  const [type, setType] = useState("account");
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    if (!file) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const response = await fetch(
        `/api/imports?${new URLSearchParams({ recordType: type, fileName: file.name }).toString()}`,
        { method: "POST", body: file },
      );
      const answer = (await response.json()) as { runId?: string; error?: string };
      if (answer.runId) {
        void client.invalidateQueries({ queryKey: trpc.imports.pathKey() });
        onUploaded(answer.runId);
      } else setProblem(answer.error ?? "The file was not accepted");
    } catch {
      setProblem("The file did not reach the server. Nothing was imported.");
    } finally {
      setBusy(false);
    }
  };
  const types = me.can("user:manage") ? [{ value: "user", label: "People and teams" }, ...TYPES] : TYPES;
  return (
    <section className="panel" aria-labelledby="upload">
      <Title order={2} id="upload" mb="xs">
        New import
      </Title>
      <Group align="flex-end" gap="sm">
        <Select
          label="The file holds"
          data={types}
          value={type}
          onChange={(value) => setType(value ?? "account")}
          allowDeselect={false}
        />
        <FileInput
          label="File"
          placeholder="Choose a CSV, up to 100 MB"
          accept=".csv,.tsv,.txt,text/csv"
          value={file}
          onChange={setFile}
          error={problem}
          miw={280}
          clearable
        />
        <Button onClick={() => void send()} loading={isBusy} disabled={!file}>
          Upload and look
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        Encoding, delimiter and columns are detected. Import accounts before contacts and opportunities, so that they
        find each other.
      </Text>
    </section>
  );
}
