import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { Money } from "../../components/format.tsx";
import { trpc } from "../../trpc.ts";

/** The people of the account. */
export function AccountContacts({ accountId }: { accountId: string }) {
  const contacts = useQuery(trpc.contacts.list.queryOptions({ accountId }));
  return (
    <section className="panel" aria-labelledby="contacts">
      <Title order={2} id="contacts" mb="xs">
        Contacts
      </Title>
      {contacts.data?.rows.length === 0 ? <Text c="dimmed">Nobody yet.</Text> : null}
      <Stack gap={6}>
        {contacts.data?.rows.map((row) => (
          <div key={row.id}>
            <Anchor component={Link} to={`/apps/crm/contacts/${row.id}`} size="sm">
              {row.firstName} {row.lastName}
            </Anchor>
            <Text size="xs" c="dimmed">
              {[row.title, row.email].filter(Boolean).join(" · ")}
            </Text>
          </div>
        ))}
      </Stack>
    </section>
  );
}

const DEALS = {
  open: { title: "Open opportunities", none: "None that you may see." },
  won: { title: "Orders", none: "Nothing was won here yet." },
} as const;

/** The account's opportunities of one kind: open ones, or those that became orders. */
export function AccountDeals({ accountId, kind }: { accountId: string; kind: keyof typeof DEALS }) {
  const deals = useQuery(trpc.opportunities.list.queryOptions({ accountId, kind }));
  const { title, none } = DEALS[kind];
  return (
    <section className="panel" aria-labelledby={`deals-${kind}`}>
      <Title order={2} id={`deals-${kind}`} mb="xs">
        {title}
      </Title>
      {deals.data?.rows.length === 0 ? <Text c="dimmed">{none}</Text> : null}
      {deals.data?.rows.map((row) => (
        <Link key={row.id} to={`/apps/crm/opportunities/${row.id}`} className="row-link" prefetch="intent">
          <Group justify="space-between" wrap="nowrap">
            <Text fw={600} truncate>
              {row.name}
            </Text>
            <Money cents={row.amountCents} currency={row.currency} />
          </Group>
          <Text size="xs" c="dimmed">
            {row.stageName} · {row.ownerName} · {row.closeDate ?? "no close date"}
          </Text>
        </Link>
      ))}
    </section>
  );
}
