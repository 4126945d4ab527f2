import { Button, Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { compactMoney, Day, Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { countText, PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Opportunities · Ringside" }];

const KINDS = ["open", "won", "lost", "all"] as const;
const SORTS = ["closeDate", "amount", "name"] as const;

/** The address's filters as the procedure's input; what it does not know is left out. */
function toInput(params: { get(key: string): string | null }) {
  const kind = KINDS.find((known) => known === params.get("kind")) ?? "open";
  const sort = SORTS.find((known) => known === params.get("sort")) ?? "closeDate";
  const query = params.get("q")?.slice(0, 200);
  const uuid = (key: string): string | undefined =>
    /^[0-9a-f-]{36}$/.test(params.get(key) ?? "") ? params.get(key)! : undefined;
  return {
    kind,
    sort,
    isDescending: params.get("desc") === "1",
    ...(query ? { query } : {}),
    ...(uuid("owner") ? { ownerId: uuid("owner") } : {}),
    ...(uuid("stage") ? { stageId: uuid("stage") } : {}),
    ...(params.get("nostep") === "1" ? { isWithoutNextStep: true } : {}),
  };
}

export const loader = withCaller(({ caller, url }) => caller.opportunities.list(toInput(url.searchParams)));
export const clientLoader = fromMemory;

export default function OpportunitiesPage() {
  const initial = useInitialData<Outputs["opportunities"]["list"]>();
  const filters = useFilters();
  const me = useMe();
  const { open } = useQuickCreate();
  const input = toInput(filters);
  const list = useInfiniteQuery({
    ...trpc.opportunities.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
  });
  const stages = useQuery(trpc.opportunities.stages.queryOptions());
  const owners = useQuery(trpc.users.list.queryOptions());
  const setQuery = useDebouncedCallback((q: string) => filters.set({ q }), 200);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const summary = list.data?.pages[0]?.summary;
  type Row = (typeof rows)[number];

  const sortBy = (sort: (typeof SORTS)[number]) => ({
    isActive: input.sort === sort,
    isDescending: input.isDescending,
    onToggle: () => filters.set({ sort, desc: input.sort === sort && !input.isDescending ? "1" : null }),
  });
  const columns: Column<Row>[] = [
    {
      key: "name",
      header: "Opportunity",
      href: (row) => `/apps/crm/opportunities/${row.id}`,
      render: (row) => row.name,
      sort: sortBy("name"),
    },
    {
      key: "account",
      header: "Account",
      isSecondary: true,
      render: (row) => row.accountName ?? <span className="muted">No account</span>,
    },
    { key: "stage", header: "Stage", isSecondary: true, render: (row) => row.stageName },
    {
      key: "amount",
      header: "Amount",
      align: "right",
      render: (row) => <Money cents={row.amountCents} currency={row.currency} />,
      sort: sortBy("amount"),
    },
    { key: "close", header: "Close date", render: (row) => <Day day={row.closeDate} />, sort: sortBy("closeDate") },
    {
      key: "next",
      header: "Next step",
      isSecondary: true,
      render: (row) => row.nextStep ?? <span className="muted">None</span>,
    },
    { key: "owner", header: "Owner", isSecondary: true, render: (row) => row.ownerName },
  ];
  return (
    <>
      <PageHeader
        title="Opportunities"
        detail={
          summary
            ? `${countText(summary.count)} · ${compactMoney(summary.amountCents)} · ${compactMoney(summary.weightedCents)} weighted`
            : " "
        }
      >
        {me.can("opportunity:write") ? (
          <Button leftSection={<IconPlus size={16} />} onClick={() => open("opportunity")}>
            New opportunity
          </Button>
        ) : null}
      </PageHeader>
      <Group mb="sm" gap="xs">
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Find by name"
          aria-label="Find by name"
          defaultValue={filters.get("q")}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <SegmentedControl
          size="xs"
          value={input.kind}
          onChange={(kind) => filters.set({ kind: kind === "open" ? null : kind })}
          data={[
            { value: "open", label: "Open" },
            { value: "won", label: "Won" },
            { value: "lost", label: "Lost" },
            { value: "all", label: "All" },
          ]}
        />
        <Select
          placeholder="Any stage"
          aria-label="Stage"
          clearable
          data={(stages.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={filters.get("stage") || null}
          onChange={(stage) => filters.set({ stage })}
        />
        <Select
          placeholder="Any owner"
          aria-label="Owner"
          clearable
          searchable
          data={(owners.data ?? []).map(({ id, name }) => ({
            value: id,
            label: id === me.userId ? `${name} (me)` : name,
          }))}
          value={filters.get("owner") || null}
          onChange={(owner) => filters.set({ owner })}
        />
        <Button
          size="xs"
          variant={input.isWithoutNextStep ? "filled" : "default"}
          onClick={() => filters.set({ nostep: input.isWithoutNextStep ? null : "1" })}
          aria-pressed={input.isWithoutNextStep === true}
        >
          No next step
        </Button>
      </Group>
      {list.isPending ? (
        <RowsSkeleton />
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          title="No opportunities here"
          action={
            me.can("opportunity:write") ? <Button onClick={() => open("opportunity")}>New opportunity</Button> : null
          }
        >
          None that you may see matches these filters.
        </EmptyState>
      ) : (
        <RecordTable
          label="Opportunities"
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
