import {
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
  Textarea,
  UnstyledButton,
  VisuallyHidden,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useDealWrites, type Panel } from "./use-deal-writes.ts";

export const CATEGORIES = [
  { value: "omitted", label: "Omitted" },
  { value: "pipeline", label: "Pipeline" },
  { value: "best_case", label: "Best case" },
  { value: "commit", label: "Commit" },
  { value: "closed", label: "Closed" },
];

/** Category, chance and close date of the deal, changed together with why. */
export function ForecastField({ panel }: { panel: Panel }) {
  const [isOpen, setOpen] = useState(false);
  const { deal, canEdit } = panel;
  const shown = (
    <>
      {CATEGORIES.find(({ value }) => value === deal.forecastCategory)?.label} · {Math.round(deal.probability * 100)} %
    </>
  );
  return (
    <div className="field">
      <Text size="xs" c="dimmed" component="dt">
        Forecast category
      </Text>
      <dd>
        {canEdit ? (
          <UnstyledButton className="field-value" onClick={() => setOpen(true)}>
            <VisuallyHidden>Change Forecast category, probability and close date: </VisuallyHidden>
            {shown}
          </UnstyledButton>
        ) : (
          <span className="field-value">{shown}</span>
        )}
        {deal.categoryReason ? (
          <Text size="xs" c="dimmed">
            {deal.categoryReason}
          </Text>
        ) : null}
        {isOpen ? <ForecastForm panel={panel} onClose={() => setOpen(false)} /> : null}
      </dd>
    </div>
  );
}

function ForecastForm({ panel, onClose }: { panel: Panel; onClose(): void }) {
  const { deal, stages } = panel;
  const { update } = useDealWrites(panel);
  const stage = stages.find(({ id }) => id === deal.stageId);
  const form = useForm({
    initialValues: {
      category: deal.forecastCategory as string,
      probability: Math.round(deal.probability * 100) as number | string,
      closeDate: deal.closeDate ?? "",
      note: "",
    },
  });
  const { category, probability, closeDate, note } = form.values;
  const isUsual =
    category === deal.forecastCategory ||
    category === stage?.forecastCategory ||
    stage?.allowedCategories.some((one) => one === category);
  return (
    <Modal opened onClose={onClose} title="Forecast">
      <form
        onSubmit={form.onSubmit(() => {
          if (!isUsual && !note.trim()) return form.setFieldError("note", "This is needed");
          update.mutate(
            {
              changes: {
                ...(category === deal.forecastCategory ? {} : { forecastCategory: category as "commit" }),
                probability: Number(probability) / 100,
                ...(closeDate === deal.closeDate ? {} : { closeDate: closeDate || null }),
              },
              ...(note.trim() ? { note: note.trim() } : {}),
            },
            { onSuccess: onClose },
          );
        })}
        noValidate
      >
        <Stack gap="sm">
          <Select
            label="Forecast category"
            data={CATEGORIES}
            allowDeselect={false}
            {...form.getInputProps("category")}
          />
          <Group grow>
            <NumberInput label="Probability (%)" min={0} max={100} {...form.getInputProps("probability")} />
            <TextInput label="Close date" type="date" {...form.getInputProps("closeDate")} />
          </Group>
          <Textarea
            label="Why"
            withAsterisk={!isUsual}
            description={isUsual ? undefined : `${deal.stageName} does not usually have this category`}
            {...form.getInputProps("note")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
