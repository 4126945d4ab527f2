import { Anchor, Badge, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";
import { NextStepEditor } from "./activity/next-step-editor.tsx";
import { EditableField } from "./editable-field.tsx";
import { Day, Money } from "./format.tsx";
import { ForecastField } from "./gate/forecast-field.tsx";
import { GateSection } from "./gate/gate-section.tsx";
import { useDealWrites, type Panel } from "./gate/use-deal-writes.ts";
import { useMove } from "./gate/use-move.tsx";

/** The deal at a glance, editable in place and live: stage with its exit criteria, amount, dates, next step, buying group. */
export function DealPanel({ panel }: { panel: Panel }) {
  const { deal, stages, buyingGroup, canEdit } = panel;
  const { update } = useDealWrites(panel);
  const { move, element } = useMove();
  const field = { canEdit, isSaving: update.isPending };
  return (
    <Stack gap="md">
      {element}
      <dl className="fields">
        <EditableField
          {...field}
          label="Stage"
          kind="select"
          value={deal.stageId}
          options={stages.map(({ id, name }) => ({ value: id, label: name }))}
          onSave={(stageId) =>
            move({
              ...{ opportunityId: deal.id, name: deal.name, version: deal.version, fromKind: deal.stageKind },
              to: stages.find(({ id }) => id === stageId)!,
            })
          }
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
          onSave={(text) =>
            update.mutate({ changes: { amountCents: text === "" ? null : Math.round(Number(text) * 100) } })
          }
        >
          <Money cents={deal.amountCents} currency={deal.currency} isExact />
        </EditableField>
        <EditableField
          {...field}
          label="Close date"
          kind="date"
          value={deal.closeDate ?? ""}
          onSave={(day) => update.mutate({ changes: { closeDate: day || null } })}
        >
          <Day day={deal.closeDate} />
          {deal.closeDatePushes > 0 ? <span className="muted"> pushed {deal.closeDatePushes}×</span> : null}
        </EditableField>
        <ForecastField panel={panel} />
        <NextStepEditor deal={deal} canEdit={canEdit} onSave={(step) => update.mutate({ changes: step })} />
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
      <GateSection panel={panel} />
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
