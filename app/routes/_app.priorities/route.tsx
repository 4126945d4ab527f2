import { Button, Checkbox, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { useMe } from "../../components/me.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PriorityCard } from "../../components/priorities/card.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { api, trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

type Type = Outputs["priorities"]["counts"][number]["type"];
const TYPES: Record<Type, string> = {
  task: "Tasks",
  lead: "Leads",
  activity: "Outcome missing",
  coaching_item: "Coaching",
  opportunity: "Deals",
};

export const meta: MetaFunction = () => [{ title: "Priorities · Ringside" }];
export const loader = withCaller(({ caller, url }) => caller.priorities.feed(inputOf(url.searchParams)));
export const clientLoader = fromMemory;

function inputOf(params: URLSearchParams) {
  const type = params.get("type");
  const owner = params.get("owner");
  return {
    scope: params.get("scope") === "team" ? ("team" as const) : ("mine" as const),
    ...(type && type in TYPES ? { type: type as Type } : {}),
    ...(owner && /^[0-9a-f-]{36}$/.test(owner) ? { ownerId: owner } : {}),
    ...(params.get("urgent") === "1" ? { isUrgent: true } : {}),
  };
}

export default function PrioritiesPage() {
  const me = useMe();
  const initial = useInitialData<Outputs["priorities"]["feed"]>();
  const filters = useFilters();
  const params = new URLSearchParams();
  for (const key of ["scope", "type", "owner", "urgent"]) if (filters.get(key)) params.set(key, filters.get(key));
  const input = inputOf(params);
  const isManager = me.hasTeam || me.seesAll;
  const people = useQuery({
    ...trpc.users.assignable.queryOptions(),
    enabled: input.scope === "team",
    staleTime: 300_000,
  });
  const counts = useQuery(trpc.priorities.counts.queryOptions({ scope: input.scope }));
  const feed = useInfiniteQuery({
    queryKey: trpc.priorities.feed.queryKey(input),
    queryFn: ({ pageParam }) => api.priorities.feed.query({ ...input, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
  });
  const cards = feed.data?.pages.flatMap((page) => page.cards) ?? [];
  const total = counts.data?.reduce((sum, { count }) => sum + count, 0);
  const urgent = counts.data?.reduce((sum, one) => sum + one.urgent, 0);
  return (
    <>
      <PageHeader
        title={input.scope === "team" ? "Opportunities requiring attention" : "Priorities"}
        detail={total === undefined ? " " : `${total} to look at, ${urgent} of them late or due today`}
      >
        {isManager ? (
          <SegmentedControl
            aria-label="Whose"
            data={[
              { value: "mine", label: "Mine" },
              { value: "team", label: "Team" },
            ]}
            value={input.scope}
            onChange={(scope) => filters.set({ scope: scope === "team" ? scope : null, owner: null })}
          />
        ) : null}
      </PageHeader>
      <Group gap="sm" mb="md">
        <Select
          aria-label="Type"
          placeholder="Everything"
          clearable
          w={180}
          data={(Object.keys(TYPES) as Type[]).map((type) => ({
            value: type,
            label: `${TYPES[type]} (${counts.data?.find((one) => one.type === type)?.count ?? 0})`,
          }))}
          value={input.type ?? null}
          onChange={(type) => filters.set({ type })}
        />
        {input.scope === "team" ? (
          <Select
            aria-label="Owner"
            placeholder="Everybody"
            clearable
            searchable
            w={200}
            data={(people.data ?? []).map((person) => ({ value: person.id, label: person.name }))}
            value={input.ownerId ?? null}
            onChange={(owner) => filters.set({ owner })}
          />
        ) : null}
        <Checkbox
          label="Late or due today"
          checked={input.isUrgent === true}
          onChange={(event) => filters.set({ urgent: event.currentTarget.checked ? "1" : null })}
        />
      </Group>
      {feed.isPending ? (
        <RowsSkeleton rows={6} />
      ) : feed.isError ? (
        <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />
      ) : cards.length === 0 ? (
        <EmptyState title="All is in hand">
          Tasks, coaching, missing outcomes and deals that need you stand here, the most pressing first.
        </EmptyState>
      ) : (
        <Stack gap="sm" maw={860}>
          {cards.map((card) => (
            <PriorityCard key={`${card.type}:${card.id}`} card={card} showsOwner={input.scope === "team"} />
          ))}
          {feed.hasNextPage ? (
            <Button variant="subtle" onClick={() => void feed.fetchNextPage()} loading={feed.isFetchingNextPage}>
              More
            </Button>
          ) : (
            <Text size="sm" c="dimmed" ta="center">
              That is all.
            </Text>
          )}
        </Stack>
      )}
    </>
  );
}
