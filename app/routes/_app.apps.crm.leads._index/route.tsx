import { Badge, Button, Checkbox, Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { IconFlag, IconFlame, IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { Day, When } from "../../components/format.tsx";
import { FollowUpForm, ReassignForm } from "../../components/leads/bulk-forms.tsx";
import { NewLeadForm } from "../../components/leads/new-lead-form.tsx";
import { ScoreBadge } from "../../components/leads/score-badge.tsx";
import { SlaState } from "../../components/leads/sla-state.tsx";
import { fullName, SOURCES, sourceWord, STATUS_COLORS, STATUS_WORDS } from "../../components/leads/words.ts";
import { useMe } from "../../components/me.tsx";
import { countText, PageHeader } from "../../components/page-header.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { toInput, VIEWS } from "./list-input.ts";

export const meta: MetaFunction = () => [{ title: "Leads · Ringside" }];
export const loader = withCaller(({ caller, url }) => caller.leads.list(toInput(url.searchParams)));
export const clientLoader = fromMemory;

type Row = Outputs["leads"]["list"]["rows"][number];

export default function LeadsPage() {
  const initial = useInitialData<Outputs["leads"]["list"]>();
  const filters = useFilters();
  const me = useMe();
  const input = toInput(filters);
  const [isCreating, setCreating] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState<"reassign" | "followUp">();
  const list = useInfiniteQuery({
    ...trpc.leads.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const chosen = rows.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  const canWrite = me.can("lead:write");
  const toggle = (id: string) => (): void =>
    setSelected((old) => (old.has(id) ? new Set([...old].filter((one) => one !== id)) : new Set([...old, id])));
  const done = (): void => {
    setBulk(undefined);
    setSelected(new Set());
  };
  const newLead = canWrite ? (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      New lead
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title="Leads" detail={countText(list.data?.pages[0]?.count) || " "}>
        {newLead}
      </PageHeader>
      <Filters />
      {chosen.length > 0 ? (
        <Group gap="xs" mb="sm" role="group" aria-label="Selected leads">
          <Text size="sm" fw={600}>
            {chosen.length} selected
          </Text>
          <Button size="xs" variant="light" onClick={() => setBulk("followUp")}>
            Plan follow-up
          </Button>
          {me.can("lead:assign") ? (
            <Button size="xs" variant="light" onClick={() => setBulk("reassign")}>
              Reassign
            </Button>
          ) : null}
          <Button size="xs" variant="subtle" onClick={() => setSelected(new Set())}>
            Clear
          </Button>
        </Group>
      ) : null}
      {list.isPending ? (
        <RowsSkeleton />
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState title="No leads here" action={newLead}>
          {VIEWS.find(({ value }) => value === (filters.get("view") || "open"))?.empty}
        </EmptyState>
      ) : (
        <RecordTable
          label="Leads"
          columns={columnsOf({ selected, toggle, canWrite, input, setFilters: filters.set })}
          rows={rows}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onMore={list.fetchNextPage}
        />
      )}
      {isCreating ? <NewLeadForm onClose={() => setCreating(false)} /> : null}
      {bulk === "reassign" ? <ReassignForm leadIds={chosen} onClose={done} /> : null}
      {bulk === "followUp" ? <FollowUpForm leadIds={chosen} onClose={done} /> : null}
    </>
  );
}

function Filters() {
  const filters = useFilters();
  const me = useMe();
  const owners = useQuery(trpc.users.list.queryOptions());
  const setQuery = useDebouncedCallback((q: string) => filters.set({ q }), 200);
  const select = (key: string, label: string, data: { value: string; label: string }[]) => (
    <Select
      placeholder={label}
      aria-label={label}
      clearable
      searchable={data.length > 10}
      w={150}
      data={data}
      value={filters.get(key) || null}
      onChange={(value) => filters.set({ [key]: value })}
    />
  );
  return (
    <>
      <SegmentedControl
        size="sm"
        mb="sm"
        className="views"
        aria-label="View"
        value={filters.get("view") || "open"}
        onChange={(view) => filters.set({ view: view === "open" ? null : view, sort: null, desc: null, status: null })}
        data={VIEWS.map(({ value, label }) => ({ value, label }))}
      />
      <Group mb="sm" gap="xs">
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Find by name, company or e-mail"
          aria-label="Find by name, company or e-mail"
          w={260}
          defaultValue={filters.get("q")}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        {select(
          "status",
          "Status",
          Object.entries(STATUS_WORDS).map(([value, label]) => ({ value, label })),
        )}
        {select("owner", "Owner", [
          { value: "mine", label: "Assigned to me" },
          ...(me.can("lead:assign") ? [{ value: "pool", label: "Nobody (pool)" }] : []),
          ...(owners.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ])}
        {select("source", "Source", [...SOURCES])}
        {select("score", "Score", [
          { value: "70", label: "70 or more" },
          { value: "40", label: "40 or more" },
        ])}
        {select("sla", "SLA state", [
          { value: "due", label: "Due" },
          { value: "at_risk", label: "At risk" },
          { value: "breached", label: "Breached" },
          { value: "met", label: "Met" },
        ])}
        {select("followup", "Follow-up", [
          { value: "overdue", label: "Overdue" },
          { value: "today", label: "Today" },
          { value: "due", label: "Today and overdue" },
          { value: "planned", label: "Later" },
        ])}
      </Group>
    </>
  );
}

interface ColumnParts {
  selected: ReadonlySet<string>;
  toggle(id: string): () => void;
  canWrite: boolean;
  input: ReturnType<typeof toInput>;
  setFilters(changes: Record<string, string | null>): void;
}

function columnsOf({ selected, toggle, canWrite, input, setFilters }: ColumnParts): Column<Row>[] {
  const sortBy = (sort: typeof input.sort, isDescendingFirst = false) => ({
    isActive: input.sort === sort,
    isDescending: input.isDescending,
    onToggle: () => {
      const isDescending = input.sort === sort ? !input.isDescending : isDescendingFirst;
      setFilters({ sort, desc: isDescending ? "1" : "0" });
    },
  });
  return [
    ...(canWrite
      ? [
          {
            key: "select",
            header: "",
            isSecondary: true,
            render: (row: Row) => (
              <Checkbox
                size="xs"
                aria-label={`Select ${fullName(row)}`}
                checked={selected.has(row.id)}
                onChange={toggle(row.id)}
              />
            ),
          },
        ]
      : []),
    {
      key: "name",
      header: "Lead",
      href: (row) => `/apps/crm/leads/${row.id}`,
      render: (row) => (
        <span className="lead-name">
          {row.flaggedAt ? <IconFlag size={14} role="img" aria-label={`Flagged: ${row.flagReason ?? ""}`} /> : null}
          {row.hotAt ? <IconFlame size={14} role="img" aria-label={`Hot: ${row.hotReason ?? ""}`} /> : null}
          <span className="truncate">{fullName(row)}</span>
          {row.company ? <span className="muted truncate">{row.company}</span> : null}
        </span>
      ),
      sort: sortBy("name"),
    },
    {
      key: "status",
      header: "Status",
      render: (row) => (
        <Badge variant="light" color={STATUS_COLORS[row.status]} size="sm">
          {STATUS_WORDS[row.status]}
        </Badge>
      ),
    },
    {
      key: "score",
      header: "Score",
      render: (row) => <ScoreBadge score={row.score} breakdown={row.scoreBreakdown} />,
      sort: sortBy("score", true),
    },
    {
      key: "sla",
      header: "SLA due",
      isSecondary: true,
      render: (row) => <SlaState state={row.slaState} dueAt={row.slaDueAt} firstTouchAt={row.firstTouchAt} />,
      sort: sortBy("slaDue"),
    },
    {
      key: "source",
      header: "Source",
      isSecondary: true,
      render: (row) => [sourceWord(row.source), row.campaignName].filter(Boolean).join(" · "),
    },
    {
      key: "followUp",
      header: "Follow-up",
      isSecondary: true,
      render: (row) => (row.followUpOn ? <Day day={row.followUpOn} /> : <span className="muted">None</span>),
      sort: sortBy("followUp"),
    },
    {
      key: "last",
      header: "Last activity",
      isSecondary: true,
      render: (row) =>
        row.lastActivityAt ? <When at={row.lastActivityAt} /> : <span className="muted">None yet</span>,
      sort: sortBy("lastActivity"),
    },
    {
      key: "owner",
      header: "Owner",
      isSecondary: true,
      render: (row) => row.ownerName ?? <span className="muted">Nobody</span>,
    },
  ];
}
