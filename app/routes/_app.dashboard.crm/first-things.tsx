import { Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import { Money } from "../../components/format.tsx";
import { EmptyState } from "../../components/states.tsx";
import type { Dashboard } from "./route.tsx";

const BANDS = ["Late", "Today", "At risk", "To put in order"] as const;
const COLORS = ["red", "orange", "grape", "gray"] as const;

/** The head of the priority stream: the most pressing record is one click away. */
export function FirstThings({ data }: { data: Dashboard }) {
  const isTeam = data.scope === "team";
  const total = data.counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="panel" aria-labelledby="first">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="first">
          {isTeam ? "Opportunities requiring attention" : "First today"}
        </Title>
        <Anchor component={Link} to={isTeam ? "/priorities?scope=team" : "/priorities"} size="sm">
          All {total}
        </Anchor>
      </Group>
      {data.first.length === 0 ? (
        <EmptyState title="All is in hand" />
      ) : (
        <Stack gap={0}>
          {data.first.map((card) => (
            <Link key={`${card.type}:${card.id}`} to={card.href} className="row-link" prefetch="intent">
              <Group justify="space-between" wrap="nowrap" gap="sm">
                <div className="shrink">
                  <Text fw={600} truncate>
                    {card.title}
                  </Text>
                  <Text size="xs" c="dimmed" truncate>
                    {[card.recordName, isTeam ? card.ownerName : null].filter(Boolean).join(" · ")}
                  </Text>
                </div>
                {card.amountCents > 0 ? (
                  <Text fw={600} component="div">
                    <Money cents={card.amountCents} />
                  </Text>
                ) : null}
              </Group>
              <Group gap={6} mt={2}>
                <Badge size="sm" variant="light" color={COLORS[card.band]}>
                  {BANDS[card.band]}
                </Badge>
                <Text size="sm">{card.rule}</Text>
              </Group>
              <Text size="sm" c="dimmed">
                {card.action}
              </Text>
            </Link>
          ))}
        </Stack>
      )}
      {total > data.first.length ? (
        <Button
          component={Link}
          to={isTeam ? "/priorities?scope=team" : "/priorities"}
          variant="light"
          mt="sm"
          fullWidth
        >
          Go on in the stream
        </Button>
      ) : null}
    </section>
  );
}
