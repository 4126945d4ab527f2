import { Group, Progress, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { compactMoney, exactMoney } from "../../components/format.tsx";
import type { Dashboard } from "./route.tsx";

type Stage = Dashboard["stages"][number];

/** The open deals by stage; a stage opens its deals. */
export function Stages({ stages, onOpen }: { stages: Stage[]; onOpen(stage: Stage): void }) {
  const most = Math.max(1, ...stages.map((stage) => stage.amountCents));
  return (
    <section className="panel" aria-labelledby="stages">
      <Title order={2} id="stages" mb="xs">
        Pipeline by stage
      </Title>
      <Stack gap={8}>
        {stages
          .filter((stage) => stage.count > 0)
          .map((stage) => (
            <UnstyledButton key={stage.id} onClick={() => onOpen(stage)} className="plain-link">
              <Group justify="space-between" gap="xs">
                <Text size="sm">{stage.name}</Text>
                <Text
                  size="sm"
                  c="dimmed"
                  className="tabular"
                  aria-label={`${stage.count} deals, ${exactMoney(stage.amountCents)}`}
                >
                  {stage.count} · {compactMoney(stage.amountCents)}
                </Text>
              </Group>
              <Progress value={(stage.amountCents / most) * 100} size="sm" aria-hidden />
            </UnstyledButton>
          ))}
        {stages.every((stage) => stage.count === 0) ? <Text c="dimmed">No open deals yet.</Text> : null}
      </Stack>
    </section>
  );
}
