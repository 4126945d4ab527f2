import { Button, Group, SegmentedControl } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { IconLayoutKanban, IconList, IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { withCaller } from "../../with-caller.ts";
import { FilterBar } from "./filter-bar.tsx";
import { OpportunityList } from "./opportunity-list.tsx";
import { toInput } from "./search-input.ts";
import { Summary } from "./summary.tsx";
import { ViewMenu } from "./view-menu.tsx";

const Board = lazy(() => import("./board.tsx"));

export const meta: MetaFunction = () => [{ title: "Opportunities · Ringside" }];
export const loader = withCaller(async ({ caller, url }) =>
  url.searchParams.get("view") === "board" ? null : caller.opportunities.list(toInput(url.searchParams)),
);
export const clientLoader = fromMemory;

export default function OpportunitiesPage() {
  const initial = useInitialData<Outputs["opportunities"]["list"]>();
  const filters = useFilters();
  const me = useMe();
  const { open } = useQuickCreate();
  const input = toInput(filters);
  const isBoard = filters.get("view") === "board";
  // The board's part of the program is fetched by the browser; the server sends its place only.
  const [isMounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  return (
    <>
      <PageHeader title="Opportunities" detail={<Summary input={input} isBoard={isBoard} initial={initial} />}>
        <SegmentedControl
          size="xs"
          value={isBoard ? "board" : "list"}
          onChange={(view) => filters.set({ view: view === "board" ? "board" : null })}
          aria-label="Shown as"
          data={[
            {
              value: "list",
              label: (
                <Group gap={6} wrap="nowrap">
                  <IconList size={14} aria-hidden /> List
                </Group>
              ),
            },
            {
              value: "board",
              label: (
                <Group gap={6} wrap="nowrap">
                  <IconLayoutKanban size={14} aria-hidden /> Board
                </Group>
              ),
            },
          ]}
        />
        <ViewMenu />
        {me.can("opportunity:write") ? (
          <Button leftSection={<IconPlus size={16} />} onClick={() => open("opportunity")}>
            New opportunity
          </Button>
        ) : null}
      </PageHeader>
      <FilterBar input={input} isBoard={isBoard} />
      {isBoard && !isMounted ? (
        <RowsSkeleton />
      ) : isBoard ? (
        <Suspense fallback={<RowsSkeleton />}>
          <Board input={input} />
        </Suspense>
      ) : (
        <OpportunityList input={input} initial={initial} />
      )}
    </>
  );
}
