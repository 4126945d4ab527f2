import { Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import { When } from "../../components/format.tsx";
import type { Dashboard } from "./route.tsx";

/** What was logged last. */
export function Recent({ items }: { items: Dashboard["recent"] }) {
  return (
    <section className="panel" aria-labelledby="recent">
      <Title order={2} id="recent" mb="xs">
        Recent activities
      </Title>
      {items.length === 0 ? <Text c="dimmed">Nothing was logged yet.</Text> : null}
      <Stack gap={6} component="ul" className="plain-list">
        {items.map((item) => (
          <li key={item.id}>
            <Text size="sm">
              {item.subject}
              {item.opportunityId ? (
                <>
                  {" · "}
                  <Link to={`/apps/crm/opportunities/${item.opportunityId}`} className="record-link">
                    {item.recordName}
                  </Link>
                </>
              ) : null}
            </Text>
            <Text size="xs" c="dimmed">
              {[item.kind, item.outcome, item.ownerName].filter(Boolean).join(" · ")} · <When at={item.at} />
            </Text>
          </li>
        ))}
      </Stack>
    </section>
  );
}
