import { Button, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { HealthMark } from "../../components/health-mark.tsx";
import { compactMoney, Money, When } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { countText, PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Accounts · Ringside" }];

const TIERS = [
  { value: "strategic", label: "Strategic" },
  { value: "key", label: "Key" },
  { value: "standard", label: "Standard" },
] as const;

const toInput = (params: { get(key: string): string | null }) => {
  const query = params.get("q")?.slice(0, 200);
  const tier = TIERS.find(({ value }) => value === params.get("tier"))?.value;
  const minOpenCents = Number(params.get("open")) * 100;
  return {
    isDescending: params.get("desc") === "1",
    ...(query ? { query } : {}),
    ...(tier ? { tier } : {}),
    ...(Number.isSafeInteger(minOpenCents) && minOpenCents > 0 ? { minOpenCents } : {}),
    ...(params.get("plan") === "overdue" ? { hasOverduePlan: true } : {}),
  };
};
const OPEN_OVER = ["10000", "50000", "100000", "500000"].map((value) => ({
  value,
  label: `Over ${compactMoney(Number(value) * 100, "USD")} open`,
}));
const ENGAGEMENT_WORDS = { rising: "Rising", steady: "Steady", falling: "Falling", none: "None" } as const;

export const loader = withCaller(({ caller, url }) => caller.accounts.list(toInput(url.searchParams)));
export const clientLoader = fromMemory;

export default function AccountsPage() {
  const initial = useInitialData<Outputs["accounts"]["list"]>();
  const filters = useFilters();
  const me = useMe();
  const { open } = useQuickCreate();
  const input = toInput(filters);
  const list = useInfiniteQuery({
    ...trpc.accounts.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
  });
  const setQuery = useDebouncedCallback((q: string) => filters.set({ q }), 200);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns: Column<(typeof rows)[number]>[] = [
    {
      key: "name",
      header: "Account",
      href: (row) => `/apps/crm/accounts/${row.id}`,
      render: (row) => row.name,
      sort: {
        isActive: true,
        isDescending: input.isDescending,
        onToggle: () => filters.set({ desc: input.isDescending ? null : "1" }),
      },
    },
    { key: "industry", header: "Industry", isSecondary: true, render: (row) => row.industry ?? "" },
    {
      key: "tier",
      header: "Tier",
      isSecondary: true,
      render: (row) => TIERS.find(({ value }) => value === row.tier)?.label ?? "",
    },
    {
      key: "health",
      header: "Health",
      align: "right",
      render: (row) => <HealthMark score={row.health} />,
    },
    { key: "engagement", header: "Engagement", isSecondary: true, render: (row) => ENGAGEMENT_WORDS[row.engagement] },
    {
      key: "last",
      header: "Last activity",
      isSecondary: true,
      render: (row) => (row.lastActivityAt ? <When at={row.lastActivityAt} /> : <span className="muted">Never</span>),
    },
    {
      key: "count",
      header: "Open deals",
      align: "right",
      render: (row) => <span className="tabular">{row.openCount}</span>,
    },
    {
      key: "open",
      header: "Open pipeline",
      align: "right",
      render: (row) => <Money cents={row.openAmountCents} currency={row.currency} />,
    },
    {
      key: "owner",
      header: "Owner",
      isSecondary: true,
      render: (row) => row.ownerName ?? <span className="muted">Nobody</span>,
    },
  ];
  return (
    <>
      <PageHeader title="Accounts" detail={countText(list.data?.pages[0]?.count) || " "}>
        {me.can("account:write") ? (
          <Button leftSection={<IconPlus size={16} />} onClick={() => open("account")}>
            New account
          </Button>
        ) : null}
      </PageHeader>
      <Group mb="sm">
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Find by name"
          aria-label="Find by name"
          defaultValue={filters.get("q")}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <Select
          data={[...TIERS]}
          placeholder="Any tier"
          aria-label="Tier"
          clearable
          value={filters.get("tier") || null}
          onChange={(tier) => filters.set({ tier })}
        />
        <Select
          data={OPEN_OVER}
          placeholder="Any open value"
          aria-label="Open value"
          clearable
          value={filters.get("open") || null}
          onChange={(open) => filters.set({ open })}
        />
        <Checkbox
          label="Plan review overdue"
          checked={filters.get("plan") === "overdue"}
          onChange={(event) => filters.set({ plan: event.currentTarget.checked ? "overdue" : null })}
        />
      </Group>
      {list.isPending ? (
        <RowsSkeleton />
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          title="No accounts here"
          action={me.can("account:write") ? <Button onClick={() => open("account")}>New account</Button> : null}
        >
          You see accounts that you own, that were shared with you, or on which you have a deal.
        </EmptyState>
      ) : (
        <RecordTable
          label="Accounts"
          columns={columns}
          rows={rows}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onMore={list.fetchNextPage}
        />
      )}
    </>
  );
}
