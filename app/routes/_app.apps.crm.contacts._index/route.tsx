import { Button, Group, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { Link } from "@remix-run/react";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { countText, PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Contacts · Ringside" }];

const toInput = (params: { get(key: string): string | null }) => {
  const query = params.get("q")?.slice(0, 200);
  return query ? { query } : {};
};

export const loader = withCaller(({ caller, url }) => caller.contacts.list(toInput(url.searchParams)));
export const clientLoader = fromMemory;

export default function ContactsPage() {
  const initial = useInitialData<Outputs["contacts"]["list"]>();
  const filters = useFilters();
  const me = useMe();
  const { open } = useQuickCreate();
  const list = useInfiniteQuery({
    ...trpc.contacts.list.infiniteQueryOptions(toInput(filters), { getNextPageParam: (page) => page.nextCursor }),
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
  });
  const setQuery = useDebouncedCallback((q: string) => filters.set({ q }), 200);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const columns: Column<(typeof rows)[number]>[] = [
    {
      key: "name",
      header: "Contact",
      href: (row) => `/apps/crm/contacts/${row.id}`,
      render: (row) => `${row.firstName} ${row.lastName}`.trim(),
    },
    { key: "title", header: "Title", isSecondary: true, render: (row) => row.title ?? "" },
    {
      key: "account",
      header: "Account",
      render: (row) =>
        row.accountId && row.accountName ? (
          <Link to={`/apps/crm/accounts/${row.accountId}`}>{row.accountName}</Link>
        ) : (
          ""
        ),
    },
    {
      key: "email",
      header: "E-mail",
      isSecondary: true,
      render: (row) => (row.email ? <a href={`mailto:${row.email}`}>{row.email}</a> : ""),
    },
    { key: "phone", header: "Phone", isSecondary: true, render: (row) => row.phone ?? "" },
  ];
  return (
    <>
      <PageHeader title="Contacts" detail={countText(list.data?.pages[0]?.count) || " "}>
        {me.can("contact:write") ? (
          <Button leftSection={<IconPlus size={16} />} onClick={() => open("contact")}>
            New contact
          </Button>
        ) : null}
      </PageHeader>
      <Group mb="sm">
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Find by name or e-mail"
          aria-label="Find by name or e-mail"
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
          title="No contacts here"
          action={me.can("contact:write") ? <Button onClick={() => open("contact")}>New contact</Button> : null}
        >
          People of the accounts that you may see stand here.
        </EmptyState>
      ) : (
        <RecordTable
          label="Contacts"
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
