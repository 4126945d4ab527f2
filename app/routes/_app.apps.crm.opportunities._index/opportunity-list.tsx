import { Button, Checkbox, Group, Tooltip } from "@mantine/core";
import { Link } from "@remix-run/react";
import { IconAlertTriangle, IconClockPause } from "@tabler/icons-react";
import { useState } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { Day, Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RecordTable, type Column } from "../../components/record-table.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { QUALITY_LABELS } from "../../components/quality-labels.ts";
import { SORTS, type ListInput } from "./search-input.ts";
import { useListQuery } from "./summary.tsx";

type Row = Outputs["opportunities"]["list"]["rows"][number];

/** The list, sorted by a column's head, with marks for what is stalled or incomplete, and bulk changes. */
export function OpportunityList({
  input,
  initial,
}: {
  input: ListInput;
  initial: Outputs["opportunities"]["list"] | undefined;
}) {
  const filters = useFilters();
  const me = useMe();
  const { open } = useQuickCreate();
  const list = useListQuery(input, initial);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const canWrite = me.can("opportunity:write");

  const toggle = (id: string): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const sortBy = (sort: (typeof SORTS)[number]) => ({
    isActive: input.sort === sort,
    isDescending: input.isDescending ?? false,
    onToggle: () => filters.set({ sort, desc: input.sort === sort && !input.isDescending ? "1" : null }),
  });
  const columns: Column<Row>[] = [
    {
      key: "name",
      header: "Opportunity",
      render: (row) => (
        <Group gap={8} wrap="nowrap" maw={330}>
          {canWrite ? (
            <Checkbox
              size="xs"
              aria-label={`Choose ${row.name}`}
              checked={chosen.has(row.id)}
              onChange={() => toggle(row.id)}
            />
          ) : null}
          <Link to={`/apps/crm/opportunities/${row.id}`} prefetch="intent" className="record-link cut">
            {row.name}
          </Link>
          <Marks row={row} />
        </Group>
      ),
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
  if (list.isPending) return <RowsSkeleton />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (rows.length === 0)
    return (
      <EmptyState
        title="No opportunities here"
        action={canWrite ? <Button onClick={() => open("opportunity")}>New opportunity</Button> : null}
      >
        None that you may see matches these filters.
      </EmptyState>
    );
  return (
    <>
      {chosen.size > 0 ? (
        <BulkBar
          rows={rows.filter(({ id }) => chosen.has(id))}
          onDone={setChosen}
          onClear={() => setChosen(new Set())}
        />
      ) : null}
      <RecordTable
        label="Opportunities"
        columns={columns}
        rows={rows}
        hasMore={list.hasNextPage}
        isLoadingMore={list.isFetchingNextPage}
        onMore={list.fetchNextPage}
      />
    </>
  );
}

function Marks({ row }: { row: Row }) {
  const broken = row.brokenQuality.map((rule) => QUALITY_LABELS[rule]).join(", ");
  return (
    <>
      {row.isStalled ? (
        <Tooltip label="Nothing has happened for longer than the stage allows">
          <IconClockPause size={14} className="mark-stalled" aria-label="Stalled" />
        </Tooltip>
      ) : null}
      {broken ? (
        <Tooltip label={broken}>
          <IconAlertTriangle size={14} className="mark-quality" aria-label={`Incomplete: ${broken}`} />
        </Tooltip>
      ) : null}
    </>
  );
}
