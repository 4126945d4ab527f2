import { Anchor, Badge, Group, Stack, Text, Title } from "@mantine/core";
import { askAboutConflict } from "./conflict.tsx";
import { Link } from "@remix-run/react";
import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, errorInfo, trpc } from "../trpc.ts";
import type { Outputs } from "../client-navigation.ts";
import { NextStepEditor } from "./activity/next-step-editor.tsx";
import { EditableField } from "./editable-field.tsx";
import { Day, Money } from "./format.tsx";
import { showError } from "./notify.ts";

type Panel = Outputs["opportunities"]["panel"];
type Changes = Parameters<typeof api.opportunities.update.mutate>[0]["changes"];

const CATEGORIES = [
  { value: "omitted", label: "Omitted" },
  { value: "pipeline", label: "Pipeline" },
  { value: "best_case", label: "Best case" },
  { value: "commit", label: "Commit" },
  { value: "closed", label: "Closed" },
];

/** The deal at a glance, editable in place and live: stage with its exit criteria, amount, dates, next step, buying group. */
export function DealPanel({ panel }: { panel: Panel }) {
  const { deal, stages, criteria, buyingGroup, canEdit } = panel;
  const client = useQueryClient();
  const key = trpc.opportunities.panel.queryKey({ opportunityId: deal.id });
  const refresh = () => client.invalidateQueries({ queryKey: key });
  const update = useMutation({
    mutationFn: (changes: Changes) =>
      api.opportunities.update.mutate({ opportunityId: deal.id, version: deal.version, changes }),
    onMutate: async (changes) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData(key);
      client.setQueryData(key, (old) =>
        old ? { ...old, deal: { ...old.deal, ...(changes as Partial<typeof old.deal>) } } : old,
      );
      return { before };
    },
    onError: (error, changes, context) => {
      if (context?.before) client.setQueryData(key, context.before);
      const stale = errorInfo(error)?.details;
      if (stale?.stale)
        askAboutConflict({
          details: stale,
          onOverwrite: (version) =>
            void api.opportunities.update.mutate({ opportunityId: deal.id, version, changes }).then(refresh, showError),
        });
      else showError(error);
    },
    onSettled: refresh,
  });
  const move = useMutation({
    mutationFn: (stageId: string) =>
      api.opportunities.moveStage.mutate({ opportunityId: deal.id, version: deal.version, stageId }),
    onError: showError,
    onSettled: refresh,
  });
  const field = { canEdit, isSaving: update.isPending };
  return (
    <Stack gap="md">
      <dl className="fields">
        <EditableField
          {...field}
          label="Stage"
          kind="select"
          value={deal.stageId}
          options={stages.map(({ id, name }) => ({ value: id, label: name }))}
          onSave={(stageId) => move.mutate(stageId)}
        >
          <Badge variant="light" size="lg">
            {deal.stageName}
          </Badge>
        </EditableField>
        <EditableField
          {...field}
          label="Amount"
          kind="money"
          value={deal.amountCents === null ? "" : String(deal.amountCents / 100)}
          onSave={(text) => update.mutate({ amountCents: text === "" ? null : Math.round(Number(text) * 100) })}
        >
          <Money cents={deal.amountCents} currency={deal.currency} isExact />
        </EditableField>
        <EditableField
          {...field}
          label="Close date"
          kind="date"
          value={deal.closeDate ?? ""}
          onSave={(day) => update.mutate({ closeDate: day || null })}
        >
          <Day day={deal.closeDate} />
          {deal.closeDatePushes > 0 ? <span className="muted"> pushed {deal.closeDatePushes}×</span> : null}
        </EditableField>
        <EditableField
          {...field}
          label="Forecast category"
          kind="select"
          options={CATEGORIES}
          value={deal.forecastCategory}
          onSave={(value) => update.mutate({ forecastCategory: value as "commit" })}
        >
          {CATEGORIES.find(({ value }) => value === deal.forecastCategory)?.label} ·{" "}
          {Math.round(deal.probability * 100)} %
        </EditableField>
        <NextStepEditor deal={deal} canEdit={canEdit} onSave={(step) => update.mutate(step)} />
        <div className="field">
          <Text size="xs" c="dimmed" component="dt">
            Account
          </Text>
          <dd className="field-value">
            {deal.accountId ? (
              <Anchor component={Link} to={`/apps/crm/accounts/${deal.accountId}`} size="sm">
                {deal.accountName ?? "Account"}
              </Anchor>
            ) : (
              <span className="muted">None</span>
            )}
          </dd>
        </div>
        <div className="field">
          <Text size="xs" c="dimmed" component="dt">
            Owner
          </Text>
          <dd className="field-value">{deal.ownerName}</dd>
        </div>
      </dl>
      {criteria.length > 0 ? (
        <section aria-labelledby="criteria">
          <Title order={3} id="criteria" mb={6}>
            To leave {deal.stageName}
          </Title>
          <Stack gap={4} component="ul" className="plain-list">
            {criteria.map(({ label, isMet }) => (
              <Group key={label} component="li" gap={8} wrap="nowrap">
                {isMet ? (
                  <IconCircleCheckFilled size={16} className="met" aria-label="Met" />
                ) : (
                  <IconCircle size={16} className="missing" aria-label="Missing" />
                )}
                <Text size="sm" c={isMet ? "dimmed" : undefined}>
                  {label}
                </Text>
              </Group>
            ))}
          </Stack>
        </section>
      ) : null}
      <section aria-labelledby="group">
        <Title order={3} id="group" mb={6}>
          Buying group
        </Title>
        {buyingGroup.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nobody yet.
          </Text>
        ) : (
          <Stack gap={6}>
            {buyingGroup.map((person) => (
              <div key={person.contactId}>
                <Anchor component={Link} to={`/apps/crm/contacts/${person.contactId}`} size="sm">
                  {person.name}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {[person.role, person.title].filter(Boolean).join(" · ")}
                </Text>
              </div>
            ))}
          </Stack>
        )}
      </section>
    </Stack>
  );
}

/** The panel's data, from memory first. */
export const useDealPanel = (opportunityId: string, initial?: Panel) =>
  useQuery({
    ...trpc.opportunities.panel.queryOptions({ opportunityId }),
    ...(initial ? { initialData: initial } : {}),
  });
