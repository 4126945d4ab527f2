import { Accordion, Alert, Badge, Button, Checkbox, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { showDone } from "../../components/notify.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { CriteriaEditor } from "./criteria-editor.tsx";
import { emptyStage, toDrafts, toInput, type Criterion, type Pipeline } from "./draft.ts";
import { StageEditor } from "./stage-editor.tsx";

/** A pipeline as a whole: changed here, saved at once, refused with what is wrong. */
export function PipelineForm({ pipeline }: { pipeline: Pipeline }) {
  const client = useQueryClient();
  const [name, setName] = useState(pipeline.name);
  const [allowsSkipping, setSkipping] = useState(pipeline.allowsSkipping);
  const [allowsBackward, setBackward] = useState(pipeline.allowsBackward);
  const [stages, setStages] = useState(() => toDrafts(pipeline));
  const [commit, setCommit] = useState<Criterion[]>((pipeline.categoryCriteria.commit ?? []) as Criterion[]);
  const [stageMap, setStageMap] = useState<Record<string, string>>({});
  const removed = pipeline.stages.filter(({ id }) => !stages.some(({ stageId }) => stageId === id));
  const save = useMutation({
    mutationFn: () =>
      api.opportunities.savePipeline.mutate({
        ...{ pipelineId: pipeline.id, version: pipeline.version, name, allowsSkipping, allowsBackward, stageMap },
        categoryCriteria: { ...pipeline.categoryCriteria, commit } as never,
        stages: toInput(stages),
      }),
    onSuccess: () => showDone("Pipeline saved"),
    onSettled: () => client.invalidateQueries({ queryKey: trpc.opportunities.pathKey() }),
  });
  const change = (index: number, part: Partial<(typeof stages)[number]>): void =>
    setStages((old) => old.map((one, at) => (at === index ? { ...one, ...part } : one)));
  const shift = (index: number, by: number): void =>
    setStages((old) => {
      const next = [...old];
      const [moved] = next.splice(index, 1);
      next.splice(index + by, 0, moved!);
      return next;
    });
  const allFields = stages.flatMap(({ fields }) => fields);
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="lg">
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Checkbox
          label="Stages may be passed over when their criteria are met"
          checked={allowsSkipping}
          onChange={(event) => setSkipping(event.currentTarget.checked)}
        />
        <Checkbox
          label="Deals may go back to an earlier stage"
          checked={allowsBackward}
          onChange={(event) => setBackward(event.currentTarget.checked)}
        />
        <Text size="xs" c="dimmed">
          Version {pipeline.version}
        </Text>
      </Group>
      <Accordion variant="separated" multiple={false}>
        {stages.map((stage, index) => (
          <Accordion.Item key={stage.rowKey} value={stage.rowKey}>
            <Accordion.Control>
              <Group gap="xs">
                <Text fw={600} size="sm">
                  {index + 1}. {stage.name || "New stage"}
                </Text>
                <Badge size="sm" variant="light" color="gray">
                  {stage.kind} · {Math.round(stage.probability * 100)} %
                </Badge>
                <Text size="xs" c="dimmed">
                  {stage.exitCriteria.length} criteria · {stage.deals} deals
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <StageEditor
                stage={stage}
                allFields={allFields}
                onChange={(part) => change(index, part)}
                onUp={index > 0 ? () => shift(index, -1) : undefined}
                onDown={index < stages.length - 1 ? () => shift(index, 1) : undefined}
                onRemove={() => setStages((old) => old.filter((_one, at) => at !== index))}
              />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <Group>
        <Button
          variant="default"
          onClick={() =>
            setStages((old) => {
              const end = old.findIndex(({ kind }) => kind !== "open");
              return [
                ...old.slice(0, end < 0 ? old.length : end),
                emptyStage(),
                ...old.slice(end < 0 ? old.length : end),
              ];
            })
          }
        >
          Add stage
        </Button>
      </Group>
      <section className="panel" aria-label="Criteria of the forecast category Commit">
        <Text fw={600} size="sm" mb="xs">
          To count as Commit, whatever the stage
        </Text>
        <CriteriaEditor criteria={commit} allFields={allFields} onChange={setCommit} />
      </section>
      {removed
        .filter(({ deals }) => deals > 0)
        .map((gone) => (
          <Select
            key={gone.id}
            label={`${gone.name} is removed: its ${gone.deals} deals go to`}
            withAsterisk
            data={stages.flatMap(({ stageId, name: label, kind }) =>
              stageId && kind === gone.kind ? [{ value: stageId, label }] : [],
            )}
            value={stageMap[gone.id] ?? null}
            onChange={(target) => setStageMap((old) => ({ ...old, [gone.id]: target ?? "" }))}
          />
        ))}
      {save.isError ? (
        <Alert color="red" title="Not saved">
          {errorInfo(save.error) ? wordsOf(save.error) : "The server did not answer. Your changes are still here."}
        </Alert>
      ) : null}
      <Group>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          Save pipeline
        </Button>
      </Group>
    </Stack>
  );
}

function wordsOf(error: Error): string {
  const fields = Object.entries((errorInfo(error)?.details.fields ?? {}) as Record<string, string>);
  return [error.message, ...fields.map(([field, text]) => `${field}: ${text}`)].join(" · ");
}
