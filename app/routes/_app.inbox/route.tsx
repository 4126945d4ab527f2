import { Anchor, Badge, Button, Checkbox, Group, Stack, Tabs, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import type { MetaFunction } from "@remix-run/node";
import { Link, useNavigate } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { ItemCard, type CoachingItem } from "../../components/coaching/item-card.tsx";
import { useCoachingActs } from "../../components/coaching/use-coaching-acts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Inbox · Ringside" }];

const TABS = [
  {
    value: "to_acknowledge",
    label: "To acknowledge",
    empty: "Nothing to acknowledge",
    hint: "What your manager coaches on your deals stands here until you answer.",
  },
  {
    value: "waiting",
    label: "Waiting on others",
    empty: "Nobody owes an answer",
    hint: "Items that you or your team wait for.",
  },
  {
    value: "escalated",
    label: "Escalated",
    empty: "Nothing is escalated",
    hint: "Items that were not acknowledged in time.",
  },
  {
    value: "done",
    label: "Done",
    empty: "Nothing finished yet",
    hint: "Answered, finished and withdrawn items of the last 90 days.",
  },
] as const;
type Tab = (typeof TABS)[number]["value"];

const toTab = (text: string | null): Tab => TABS.find(({ value }) => value === text)?.value ?? "to_acknowledge";

export const loader = withCaller(({ caller, url }) =>
  caller.coaching.inbox({ tab: toTab(url.searchParams.get("tab")) }),
);
export const clientLoader = fromMemory;

export default function InboxPage() {
  const filters = useFilters();
  const tab = toTab(filters.get("tab"));
  const initial = useInitialData<Outputs["coaching"]["inbox"]>();
  const counts = useQuery(trpc.coaching.counts.queryOptions());
  const list = useQuery({ ...trpc.coaching.inbox.queryOptions({ tab }), ...(initial ? { initialData: initial } : {}) });
  const words = TABS.find(({ value }) => value === tab)!;
  return (
    <>
      <PageHeader
        title="Inbox"
        detail="Coaching to answer, and answers to wait for. j and k move, e opens the room, a acknowledges, x selects."
      />
      <Tabs
        value={tab}
        onChange={(value) => filters.set({ tab: value === "to_acknowledge" ? null : value })}
        keepMounted={false}
      >
        <Tabs.List>
          {TABS.map(({ value, label }) => (
            <Tabs.Tab
              key={value}
              value={value}
              rightSection={
                counts.data && counts.data[value] > 0 ? (
                  <Badge
                    size="sm"
                    variant="light"
                    color={
                      value === "escalated" || (value === "to_acknowledge" && counts.data.overdue > 0) ? "red" : "gray"
                    }
                  >
                    {counts.data[value]}
                  </Badge>
                ) : null
              }
            >
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          {list.isPending ? (
            <RowsSkeleton rows={4} />
          ) : list.isError ? (
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          ) : list.data.length === 0 ? (
            <EmptyState title={words.empty}>{words.hint}</EmptyState>
          ) : (
            <Items key={tab} items={list.data} />
          )}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

const roomHref = (item: CoachingItem): string | undefined =>
  item.opportunityId
    ? `/apps/crm/opportunities/${item.opportunityId}/room?item=${item.id}`
    : item.accountId
      ? `/apps/crm/accounts/${item.accountId}/room?item=${item.id}`
      : undefined;

function Items({ items }: { items: CoachingItem[] }) {
  const [current, setCurrent] = useState(0);
  const [openId, setOpenId] = useState<string>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { acknowledge, acknowledgeMany } = useCoachingActs();
  const navigate = useNavigate();
  const rows = useRef(new Map<string, HTMLElement>());
  const item = items[Math.min(current, items.length - 1)];
  const canAcknowledge = (one: CoachingItem): boolean => (one.acts as string[]).includes("acknowledge");

  useEffect(() => {
    void rows.current.get(item?.id ?? "")?.scrollIntoView({ block: "nearest" });
  }, [item?.id]);
  const toggle = (id: string): void =>
    setSelected((old) => (old.has(id) ? new Set([...old].filter((one) => one !== id)) : new Set([...old, id])));
  useHotkeys([
    ["j", () => setCurrent(Math.min(current + 1, items.length - 1))],
    ["k", () => setCurrent(Math.max(current - 1, 0))],
    ["x", () => item && toggle(item.id)],
    [
      "e",
      () => {
        const href = item && roomHref(item);
        if (href) navigate(href);
      },
    ],
    ["a", () => item && canAcknowledge(item) && acknowledge.mutate({ item, answer: { reply: "agreed" } })],
  ]);
  const chosen = items.filter((one) => selected.has(one.id) && canAcknowledge(one));
  return (
    <Stack gap="sm" maw={860}>
      {items.some(canAcknowledge) ? (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={chosen.length === 0}
            loading={acknowledgeMany.isPending}
            onClick={() => acknowledgeMany.mutate(chosen, { onSuccess: () => setSelected(new Set()) })}
          >
            Agree to {chosen.length > 0 ? chosen.length : "selected"}
          </Button>
        </Group>
      ) : null}
      {items.map((one, index) => (
        <div
          key={one.id}
          ref={(node) => void (node ? rows.current.set(one.id, node) : rows.current.delete(one.id))}
          className="inbox-row"
          data-current={one === item || undefined}
        >
          <Group gap="xs" mb={4}>
            {canAcknowledge(one) ? (
              <Checkbox
                size="xs"
                checked={selected.has(one.id)}
                onChange={() => toggle(one.id)}
                aria-label={`Select coaching by ${one.authorName}`}
              />
            ) : null}
            <Text size="sm" fw={600}>
              {roomHref(one) ? (
                <Anchor component={Link} to={roomHref(one)!} onClick={() => setCurrent(index)} prefetch="intent">
                  {one.opportunityName ?? one.accountName}
                </Anchor>
              ) : (
                (one.opportunityName ?? one.accountName)
              )}
            </Text>
          </Group>
          <ItemCard
            item={one}
            isOpen={openId === one.id}
            onToggle={() => setOpenId(openId === one.id ? undefined : one.id)}
          />
        </div>
      ))}
    </Stack>
  );
}
