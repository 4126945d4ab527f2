import { Badge, Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled, IconShieldCheck } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { api, trpc } from "../../trpc.ts";
import { NextStepEditor } from "../activity/next-step-editor.tsx";
import { EditableField } from "../editable-field.tsx";
import { Day, Money } from "../format.tsx";
import { showError } from "../notify.ts";
import { useQuickCreate } from "../quick-create.tsx";
import { RecordSelect } from "../record-select.tsx";
import { DocumentLink, StageField } from "./stage-field.tsx";
import { useDealWrites, type Panel } from "./use-deal-writes.ts";
import { WaiveButton } from "./waive-button.tsx";

export type Criterion = Outputs["opportunities"]["previewMove"]["criteria"][number];

/** What a gate asks, met and missing; what is missing can be mended in place by whoever may. */
export function CriterionList({ panel, criteria }: { panel: Panel; criteria: Criterion[] }) {
  return (
    <Stack gap="xs" component="ul" className="plain-list">
      {criteria.map((criterion) => (
        <li key={criterion.key}>
          <CriterionRow panel={panel} criterion={criterion} />
        </li>
      ))}
    </Stack>
  );
}

function CriterionRow({ panel, criterion }: { panel: Panel; criterion: Criterion }) {
  const { label, isMet, isWaived, who, kind, key } = criterion;
  return (
    <div id={`criterion-${key}`}>
      <Group gap={8} wrap="nowrap" align="flex-start">
        {isMet ? (
          <IconCircleCheckFilled size={16} className="met criterion-icon" aria-label="Met" />
        ) : isWaived ? (
          <IconShieldCheck size={16} className="met criterion-icon" aria-label="Waived" />
        ) : (
          <IconCircle size={16} className="missing criterion-icon" aria-label="Missing" />
        )}
        <div className="grow">
          <Text size="sm" c={isMet ? "dimmed" : undefined}>
            {label}
            {isWaived && !isMet ? (
              <Badge size="xs" variant="light" ml={6}>
                waived
              </Badge>
            ) : null}
          </Text>
          {isMet ? null : (
            <>
              <Group gap={4}>
                <Text size="xs" c="dimmed">
                  {who}
                </Text>
                {panel.canApprove && !isWaived && kind !== "stage" ? (
                  <WaiveButton opportunityId={panel.deal.id} criterionKey={key} label={label} />
                ) : null}
              </Group>
              {panel.canEdit ? <Mend panel={panel} criterion={criterion} /> : null}
            </>
          )}
        </div>
      </Group>
    </div>
  );
}

/** The control that makes the criterion true. */
function Mend({ panel, criterion }: { panel: Panel; criterion: Criterion }) {
  const { open } = useQuickCreate();
  const { deal } = panel;
  const { kind, field, label } = criterion;
  const stageField = panel.fields.find(({ key }) => key === field);
  if (stageField)
    return <StageFieldOf panel={panel} fieldKey={stageField.key} isLabelHidden={stageField.label === label} />;
  if (kind === "field") return <DealField panel={panel} field={field!} />;
  if (kind === "contactRole") return <ContactPicker panel={panel} role={criterion.key.replace("contactRole:", "")} />;
  if (kind === "teamRole") return <ColleaguePicker panel={panel} role={criterion.key.replace("teamRole:", "")} />;
  if (kind === "activity") {
    const logged = field!.replace("activity:", "");
    const template = panel.activityTemplates.find((one) => one.kind === logged) ?? {
      ...{ kind: logged as "note", subject: label.replace(/ logged$/, ""), outcomes: [], checklist: [] },
    };
    return (
      <Button
        size="compact-xs"
        variant="light"
        mt={4}
        onClick={() => open("activity", { opportunityId: deal.id, template })}
      >
        Log it
      </Button>
    );
  }
  return null;
}

interface StageFieldOfProps {
  panel: Panel;
  fieldKey: string;
  isLabelHidden?: boolean;
}

export function StageFieldOf({ panel, fieldKey, isLabelHidden = false }: StageFieldOfProps) {
  const { saveField } = useDealWrites(panel);
  const field = panel.fields.find(({ key }) => key === fieldKey);
  if (!field) return null;
  const value = panel.deal.stageData[fieldKey];
  return (
    <dl className="fields">
      <StageField
        field={field}
        value={value}
        currency={panel.deal.currency}
        canEdit={panel.canEdit}
        canApprove={panel.canApprove}
        isSaving={saveField.isPending}
        isLabelHidden={isLabelHidden}
        onSave={(next) => saveField.mutate({ [fieldKey]: next })}
      />
      <DocumentLink field={field} value={value} />
    </dl>
  );
}

function DealField({ panel, field }: { panel: Panel; field: string }) {
  const { update } = useDealWrites(panel);
  const { deal } = panel;
  const common = { canEdit: panel.canEdit, isSaving: update.isPending };
  if (field === "amountCents")
    return (
      <dl className="fields">
        <EditableField
          {...common}
          label="Amount"
          kind="money"
          value={deal.amountCents === null ? "" : String(deal.amountCents / 100)}
          onSave={(text) =>
            update.mutate({ changes: { amountCents: text === "" ? null : Math.round(Number(text) * 100) } })
          }
        >
          <Money cents={deal.amountCents} currency={deal.currency} isExact />
        </EditableField>
      </dl>
    );
  if (field === "closeDate")
    return (
      <dl className="fields">
        <EditableField
          {...common}
          label="Close date"
          kind="date"
          value={deal.closeDate ?? ""}
          onSave={(day) => update.mutate({ changes: { closeDate: day || null } })}
        >
          <Day day={deal.closeDate} />
        </EditableField>
      </dl>
    );
  if (field !== "nextStep") return null;
  return (
    <dl className="fields">
      <NextStepEditor deal={deal} canEdit={panel.canEdit} onSave={(step) => update.mutate({ changes: step })} />
    </dl>
  );
}

function ContactPicker({ panel, role }: { panel: Panel; role: string }) {
  const { refresh } = useDealWrites(panel);
  const set = useMutation({
    mutationFn: (contactId: string) =>
      api.opportunities.setContactRole.mutate({
        opportunityId: panel.deal.id,
        contactId,
        role: role === "*" ? null : role,
      }),
    onError: showError,
    onSettled: refresh,
  });
  const { buyingGroup } = panel;
  return (
    <Stack gap={4} mt={4}>
      {buyingGroup.length > 0 ? (
        <Select
          size="xs"
          label={`${role} among the buying group`}
          placeholder="Choose"
          data={buyingGroup.map(({ contactId, name }) => ({ value: contactId, label: name }))}
          onChange={(id) => id && set.mutate(id)}
        />
      ) : null}
      <RecordSelect type="contact" label={`${role}: find a contact`} onChange={(id) => id && set.mutate(id)} />
    </Stack>
  );
}

function ColleaguePicker({ panel, role }: { panel: Panel; role: string }) {
  const { refresh } = useDealWrites(panel);
  const people = useQuery(trpc.users.list.queryOptions());
  const [userId, setUserId] = useState<string | null>(null);
  const set = useMutation({
    mutationFn: (id: string) =>
      api.opportunities.setTeamMember.mutate({ opportunityId: panel.deal.id, userId: id, role }),
    onError: showError,
    onSettled: refresh,
  });
  return (
    <Group gap={6} mt={4} align="flex-end">
      <Select
        size="xs"
        label={`${role} on the team`}
        placeholder="Choose a colleague"
        searchable
        data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={userId}
        onChange={setUserId}
      />
      <Button size="xs" disabled={!userId} loading={set.isPending} onClick={() => userId && set.mutate(userId)}>
        Add
      </Button>
    </Group>
  );
}
