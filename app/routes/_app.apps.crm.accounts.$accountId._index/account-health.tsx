import { Group, Progress, Text, Title } from "@mantine/core";
import { healthLevel } from "../../components/health-mark.tsx";
import { When } from "../../components/format.tsx";
import type { Account } from "./use-account-changes.ts";

const COLORS = { good: "teal", fair: "yellow", poor: "red" } as const;

/** How the relationship stands, and from what that follows. */
export function AccountHealth({ account: { health } }: { account: Account }) {
  return (
    <section className="panel" aria-labelledby="health">
      <Group justify="space-between">
        <Title order={2} id="health">
          Health
        </Title>
        <Text fw={700} className="tabular">
          {health.score} of 100
        </Text>
      </Group>
      <Progress value={health.score} color={COLORS[healthLevel(health.score)]} size={6} my={8} aria-hidden />
      <ul className="plain-list">
        {health.factors.map(({ label, points, of }) => (
          <li key={label}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text size="sm">{label}</Text>
              <Text size="sm" c="dimmed" className="tabular" style={{ whiteSpace: "nowrap" }}>
                {points} / {of}
              </Text>
            </Group>
          </li>
        ))}
      </ul>
      {health.lastActivityAt ? (
        <Text size="xs" c="dimmed">
          Last activity <When at={health.lastActivityAt} />
        </Text>
      ) : null}
    </section>
  );
}
