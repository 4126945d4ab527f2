import { Button, Group, Select, TextInput } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { api, trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { PipelineForm } from "./pipeline-form.tsx";

export const meta: MetaFunction = () => [{ title: "Pipelines · Ringside" }];
export const loader = withCaller(({ caller }) => caller.opportunities.pipelines());
export const clientLoader = fromMemory;

export default function PipelinesPage() {
  const initial = useInitialData<Outputs["opportunities"]["pipelines"]>();
  const client = useQueryClient();
  const pipelines = useQuery({
    ...trpc.opportunities.pipelines.queryOptions(),
    ...(initial ? { initialData: initial } : {}),
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => api.opportunities.createPipeline.mutate({ name }),
    onSuccess: ({ id }) => {
      setName("");
      setChosen(id);
    },
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.opportunities.pathKey() }),
  });
  const shown = pipelines.data?.find(({ id }) => id === chosen) ?? pipelines.data?.[0];
  return (
    <>
      <PageHeader title="Pipelines" detail="Stages, what each is for, and what must be true before it is left" />
      {pipelines.isPending ? (
        <RowsSkeleton />
      ) : pipelines.isError ? (
        <ErrorState error={pipelines.error} onRetry={() => void pipelines.refetch()} />
      ) : (
        <>
          <Group gap="sm" mb="md" align="flex-end">
            <Select
              label="Pipeline"
              data={pipelines.data.map((one) => ({
                value: one.id,
                label: one.isDefault ? `${one.name} (default)` : one.name,
              }))}
              value={shown?.id ?? null}
              onChange={setChosen}
              allowDeselect={false}
            />
            <TextInput label="New pipeline" value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Button
              variant="default"
              disabled={!name.trim()}
              loading={create.isPending}
              onClick={() => create.mutate()}
            >
              Add pipeline
            </Button>
          </Group>
          {shown ? <PipelineForm key={`${shown.id} ${shown.version}`} pipeline={shown} /> : null}
        </>
      )}
    </>
  );
}
