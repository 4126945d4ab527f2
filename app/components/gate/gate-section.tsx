import { Alert, Badge, Button, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuickCreate } from "../quick-create.tsx";
import { CriterionList, StageFieldOf } from "./criterion-list.tsx";
import type { Panel } from "./use-deal-writes.ts";
import { useMove } from "./use-move.tsx";

/** What the stage is for, what is still missing, and the stage's own form. */
export function GateSection({ panel }: { panel: Panel }) {
  const { deal, criteria, nextStage, guidance, activityTemplates, risks, waivers, fields, canEdit } = panel;
  const { open } = useQuickCreate();
  const { move, element } = useMove();
  if (deal.stageKind !== "open") return null;
  const missing = criteria.filter(({ isMet, isWaived }) => !isMet && !isWaived).length;
  const asked = new Set(criteria.filter(({ isMet }) => !isMet).map(({ field }) => field));
  // What is missing has its field in the list above; the form holds the rest.
  const form = fields.filter(({ key, stageId }) => stageId === deal.stageId && !asked.has(key));
  return (
    <section aria-labelledby="criteria">
      {element}
      <Group justify="space-between" mb={4}>
        <Title order={3} id="criteria">
          To leave {deal.stageName}
        </Title>
        {criteria.length > 0 ? (
          <Badge variant="light" color={missing === 0 ? "teal" : "gray"}>
            {missing === 0 ? "Ready" : `${missing} missing`}
          </Badge>
        ) : null}
      </Group>
      {guidance ? (
        <Text size="sm" c="dimmed" mb="xs">
          {guidance}
        </Text>
      ) : null}
      {criteria.length > 0 ? (
        <Progress
          value={((criteria.length - missing) / criteria.length) * 100}
          size="sm"
          mb="sm"
          color="teal"
          aria-label="Criteria met"
        />
      ) : null}
      <CriterionList panel={panel} criteria={criteria} />
      {form.length > 0 ? (
        <Stack gap={4} mt="sm">
          {form.map(({ key }) => (
            <StageFieldOf key={key} panel={panel} fieldKey={key} />
          ))}
        </Stack>
      ) : null}
      {risks.length > 0 ? (
        <Alert color="orange" title="Risk flags" mt="sm" p="xs">
          {risks.map(({ key, label }) => (
            <Text key={key} size="sm">
              {label}
            </Text>
          ))}
        </Alert>
      ) : null}
      {waivers.length > 0 ? (
        <Stack gap={2} mt="sm">
          {waivers.map(({ id, label, reason, grantedByName, expiresAt }) => (
            <Text key={id} size="xs" c="dimmed">
              Waived until {new Date(expiresAt).toISOString().slice(0, 10)} by {grantedByName}: {label} ({reason})
            </Text>
          ))}
        </Stack>
      ) : null}
      {canEdit ? (
        <Group gap={6} mt="sm">
          {activityTemplates.map((template) => (
            <Button
              key={`${template.kind} ${template.subject}`}
              size="compact-xs"
              variant="default"
              onClick={() => open("activity", { opportunityId: deal.id, template })}
            >
              Log: {template.subject}
            </Button>
          ))}
          {nextStage ? (
            <Button
              size="compact-sm"
              variant={missing === 0 ? "filled" : "light"}
              onClick={() =>
                move({
                  ...{ opportunityId: deal.id, name: deal.name, version: deal.version, fromKind: deal.stageKind },
                  to: { ...nextStage, kind: "open" },
                })
              }
            >
              Move to {nextStage.name}
            </Button>
          ) : null}
        </Group>
      ) : null}
    </section>
  );
}
