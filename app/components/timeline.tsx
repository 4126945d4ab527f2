import { Button, Group, Spoiler, Stack, Text } from "@mantine/core";
import { IconCalendarEvent, IconHistory, IconMail, IconMapPin, IconNote, IconPhone } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, trpc } from "../trpc.ts";
import { When } from "./format.tsx";
import { useQuickCreate } from "./quick-create.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "./states.tsx";

const ICONS: Record<string, typeof IconNote> = {
  call: IconPhone,
  email: IconMail,
  meeting: IconCalendarEvent,
  visit: IconMapPin,
  note: IconNote,
};

/** What happened with the record, newest first: activities and milestones in one stream. */
export function Timeline({ type, id }: { type: "account" | "contact" | "opportunity"; id: string }) {
  const { open } = useQuickCreate();
  const query = useInfiniteQuery({
    queryKey: trpc.activities.timeline.queryKey({ record: { type, id } }),
    queryFn: ({ pageParam }) => api.activities.timeline.query({ record: { type, id }, before: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextBefore,
  });
  if (query.isPending) return <RowsSkeleton rows={5} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <EmptyState
        title="Nothing has happened yet"
        action={<Button onClick={() => open("activity", { [`${type}Id`]: id })}>Log an activity</Button>}
      >
        Calls, mails, meetings and every change of stage will stand here.
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm" component="ol" className="timeline">
      {entries.map((entry) => {
        const Icon = entry.type === "activity" ? (ICONS[entry.kind] ?? IconNote) : IconHistory;
        return (
          <li key={entry.id} id={`activity-${entry.id}`}>
            <Group align="flex-start" wrap="nowrap" gap="sm">
              <Icon size={18} stroke={1.6} aria-hidden />
              <div className="shrink grow">
                {entry.type === "activity" ? (
                  <>
                    <Text fw={600} size="sm">
                      {entry.subject}
                    </Text>
                    {entry.body ? (
                      <Spoiler maxHeight={88} showLabel="More" hideLabel="Less">
                        <Text size="sm" className="prose">
                          {entry.body}
                        </Text>
                      </Spoiler>
                    ) : null}
                  </>
                ) : (
                  <Text size="sm">
                    {entry.personName ?? "Ringside"} {entry.summary}
                  </Text>
                )}
                <Text size="xs" c="dimmed">
                  {entry.type === "activity"
                    ? [
                        entry.kind,
                        entry.direction === "inbound" ? "from the customer" : null,
                        entry.outcome,
                        entry.personName,
                      ]
                        .filter(Boolean)
                        .join(" · ") + " · "
                    : ""}
                  <When at={entry.at} />
                </Text>
              </div>
            </Group>
          </li>
        );
      })}
      {query.hasNextPage ? (
        <Button variant="subtle" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          Earlier
        </Button>
      ) : null}
    </Stack>
  );
}
