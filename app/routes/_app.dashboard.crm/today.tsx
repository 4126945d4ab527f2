import { Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import type { Dashboard } from "./route.tsx";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** What is planned for today, with time and place. */
export function Today({ items, showsOwner }: { items: Dashboard["today"]; showsOwner: boolean }) {
  return (
    <section className="panel" aria-labelledby="today">
      <Title order={2} id="today" mb="xs">
        Today
      </Title>
      {items.length === 0 ? (
        <Text c="dimmed" size="sm">
          No calls or meetings are planned for today.
        </Text>
      ) : (
        <Stack gap="xs" component="ul" className="plain-list">
          {items.map((item) => (
            <Group key={item.id} component="li" gap="sm" wrap="nowrap" align="flex-start">
              <Text
                size="sm"
                fw={600}
                className="tabular"
                suppressHydrationWarning
                td={item.isDone ? "line-through" : undefined}
              >
                {clock.format(new Date(item.startsAt))}
              </Text>
              <div className="shrink">
                {item.opportunityId ? (
                  <Link to={`/apps/crm/opportunities/${item.opportunityId}`} className="record-link">
                    {item.title}
                  </Link>
                ) : (
                  <Text size="sm">{item.title}</Text>
                )}
                <Text size="xs" c="dimmed">
                  {[
                    item.kind,
                    item.durationMinutes ? `${item.durationMinutes} min` : null,
                    item.place,
                    item.recordName,
                    showsOwner ? item.ownerName : null,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </Text>
              </div>
            </Group>
          ))}
        </Stack>
      )}
    </section>
  );
}
