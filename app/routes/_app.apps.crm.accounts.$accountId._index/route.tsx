import { Anchor, Button, Grid, Stack, Tabs, Text, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { Link, useParams } from "@remix-run/react";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ReactNode } from "react";
import { fromMemory, useInitialData } from "../../client-navigation.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { requireParam, withCaller } from "../../with-caller.ts";
import { AccountFields } from "./account-fields.tsx";
import { AccountHealth } from "./account-health.tsx";
import { AccountPlan } from "./account-plan.tsx";
import { AccountContacts, AccountDeals } from "./account-records.tsx";
import { AccountTeam } from "./account-team.tsx";
import type { Account } from "./use-account-changes.ts";

const RelationshipMap = lazy(() => import("./relationship-map.tsx"));
const HierarchyTree = lazy(() => import("./hierarchy-tree.tsx"));
const AccountHistory = lazy(() => import("./account-history.tsx"));

export const meta = () => [{ title: "Account · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.accounts.get({ accountId: requireParam(params, "accountId") }),
);
export const clientLoader = fromMemory;

export default function AccountPage() {
  const { accountId = "" } = useParams();
  const initial = useInitialData<Account>();
  const { open } = useQuickCreate();
  const filters = useFilters();
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
      <Tabs
        value={filters.get("view") || "overview"}
        onChange={(view) => filters.set({ view: view === "overview" ? null : view })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="map">Relationship map</Tabs.Tab>
          <Tabs.Tab value="hierarchy">Hierarchy</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="map">
          <Late>
            <RelationshipMap accountId={accountId} />
          </Late>
        </Tabs.Panel>
        <Tabs.Panel value="hierarchy">
          <Late>
            <HierarchyTree accountId={accountId} />
          </Late>
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <Late>
            <AccountHistory accountId={accountId} />
          </Late>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** Code that is fetched when it is looked at, and drawn in the browser only. */
function Late({ children }: { children: ReactNode }) {
  const isMounted = useMounted();
  const skeleton = <RowsSkeleton rows={5} />;
  return isMounted ? <Suspense fallback={skeleton}>{children}</Suspense> : skeleton;
}

function Overview({ account }: { account: Account }) {
  return (
    <Grid gutter="md">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="md">
          <AccountFields account={account} />
          <AccountHealth account={account} />
          <Family account={account} />
          <AccountContacts accountId={account.id} />
          <AccountTeam account={account} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack gap="md">
          <AccountDeals accountId={account.id} kind="open" />
          <AccountPlan account={account} />
          <AccountDeals accountId={account.id} kind="won" />
          <section className="panel" aria-labelledby="account-tasks">
            <Title order={2} id="account-tasks" mb="xs">
              Tasks
            </Title>
            <TaskList accountId={account.id} />
          </section>
          <section className="panel" aria-labelledby="timeline">
            <Title order={2} id="timeline" mb="sm">
              Timeline
            </Title>
            <Timeline type="account" id={account.id} />
          </section>
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Family({ account }: { account: Account }) {
  if (!account.parent && account.children.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="related">
      <Title order={2} id="related" mb="xs">
        Related accounts
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
