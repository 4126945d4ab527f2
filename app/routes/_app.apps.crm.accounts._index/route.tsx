import { Button, Group, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { countText, PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Accounts · Ringside" }];

const toInput = (params: { get(key: string): string | null }) => {
  const query = params.get("q")?.slice(0, 200);
  return { isDescending: params.get("desc") === "1", ...(query ? { query } : {}) };
};

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
    { key: "country", header: "Country", isSecondary: true, render: (row) => row.country ?? "" },
    {
      key: "employees",
      header: "Employees",
      align: "right",
      isSecondary: true,
      render: (row) => <span className="tabular">{row.employees?.toLocaleString("en-US") ?? ""}</span>,
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
