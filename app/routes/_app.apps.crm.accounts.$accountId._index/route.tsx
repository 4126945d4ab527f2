import { Anchor, Button, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@remix-run/react";
import { IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { askAboutConflict } from "../../components/conflict.tsx";
import { EditableField } from "../../components/editable-field.tsx";
import { Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { requireParam, withCaller } from "../../with-caller.ts";

export const meta = () => [{ title: "Account · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.accounts.get({ accountId: requireParam(params, "accountId") }),
);
export const clientLoader = fromMemory;

type Account = Outputs["accounts"]["get"];

export default function AccountPage() {
  const { accountId = "" } = useParams();
  const initial = useInitialData<Account>();
  const { open } = useQuickCreate();
  const query = useQuery({
    ...trpc.accounts.get.queryOptions({ accountId }),
    ...(initial ? { initialData: initial } : {}),
  });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const account = query.data;
  return (
    <>
      <PageHeader
        title={account.name}
        detail={[account.industry, account.country, account.ownerName].filter(Boolean).join(" · ")}
      >
        <Button variant="default" onClick={() => open("contact", { accountId })}>
          New contact
        </Button>
        <Button variant="default" onClick={() => open("activity", { accountId })}>
          Log activity
        </Button>
        <Button variant="default" onClick={() => open("opportunity", { accountId })}>
          New opportunity
        </Button>
        <Button
          component={Link}
          to={`/apps/crm/accounts/${accountId}/room`}
          leftSection={<IconUsersGroup size={16} />}
          prefetch="intent"
        >
          Open the room
        </Button>
      </PageHeader>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <Fields account={account} />
            <Hierarchy account={account} />
            <Contacts accountId={accountId} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <Deals accountId={accountId} />
            <section className="panel" aria-labelledby="account-tasks">
              <Title order={2} id="account-tasks" mb="xs">
                Tasks
              </Title>
              <TaskList accountId={accountId} />
            </section>
            <section className="panel" aria-labelledby="timeline">
              <Title order={2} id="timeline" mb="sm">
                Timeline
              </Title>
              <Timeline type="account" id={accountId} />
            </section>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Fields({ account }: { account: Account }) {
  const client = useQueryClient();
  const canEdit = useMe().can("account:write");
  const refresh = () => client.invalidateQueries({ queryKey: trpc.accounts.get.queryKey({ accountId: account.id }) });
  type Changes = Parameters<typeof api.accounts.update.mutate>[0]["changes"];
  const write = (version: number, changes: Changes) =>
    api.accounts.update.mutate({ accountId: account.id, version, changes });
  const update = useMutation({
    mutationFn: (changes: Changes) => write(account.version, changes),
    onError: (error, changes) => {
      const details = errorInfo(error)?.details;
      if (details?.stale)
        askAboutConflict({ details, onOverwrite: (version) => void write(version, changes).then(refresh, showError) });
      else showError(error);
    },
    onSettled: refresh,
  });
  const text = (label: string, field: "name" | "industry" | "country" | "city" | "domain" | "phone") => (
    <EditableField
      label={label}
      value={account[field] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [field]: value.trim() || null })}
    >
      {account[field] ?? <span className="muted">Not given</span>}
    </EditableField>
  );
  return (
    <dl className="panel fields">
      {text("Name", "name")}
      {text("Industry", "industry")}
      {text("Country", "country")}
      {text("Domain", "domain")}
      {text("Phone", "phone")}
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Annual revenue
        </Text>
        <dd className="field-value">
          {account.annualRevenueCents === null ? (
            <span className="muted">Not given</span>
          ) : (
            <Money cents={account.annualRevenueCents} currency={account.currency} />
          )}
        </dd>
      </div>
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Employees
        </Text>
        <dd className="field-value tabular">
          {account.employees?.toLocaleString("en-US") ?? <span className="muted">Not given</span>}
        </dd>
      </div>
    </dl>
  );
}

function Hierarchy({ account }: { account: Account }) {
  if (!account.parent && account.children.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="hierarchy">
      <Title order={2} id="hierarchy" mb="xs">
        Hierarchy
      </Title>
      {account.parent ? (
        <Text size="sm">
          Part of{" "}
          <Anchor component={Link} to={`/apps/crm/accounts/${account.parent.id}`}>
            {account.parent.name}
          </Anchor>
        </Text>
      ) : null}
      {account.children.map((child) => (
        <Text size="sm" key={child.id} pl={account.parent ? "md" : 0}>
          <Anchor component={Link} to={`/apps/crm/accounts/${child.id}`}>
            {child.name}
          </Anchor>
        </Text>
      ))}
    </section>
  );
}

function Contacts({ accountId }: { accountId: string }) {
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

function Deals({ accountId }: { accountId: string }) {
  const deals = useQuery(trpc.opportunities.list.queryOptions({ accountId, kind: "open" }));
  return (
    <section className="panel" aria-labelledby="deals">
      <Title order={2} id="deals" mb="xs">
        Open opportunities
      </Title>
      {deals.data?.rows.length === 0 ? <Text c="dimmed">None that you may see.</Text> : null}
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
