import { Badge, Button, Group, Select, Spoiler, Stack, Text } from "@mantine/core";
import { IconCalendarEvent, IconHistory, IconMail, IconMapPin, IconNote, IconPhone } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../client-navigation.ts";
import { api, trpc } from "../trpc.ts";
import { ENTRY_LABELS } from "./activity/entry-fields.tsx";
import { NameOutcome } from "./activity/name-outcome.tsx";
import { When } from "./format.tsx";
import { useQuickCreate } from "./quick-create.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "./states.tsx";

type Entry = Outputs["activities"]["timeline"]["entries"][number];
type Kind = NonNullable<Parameters<typeof api.activities.timeline.query>[0]["kind"]>;

const ICONS: Record<string, typeof IconNote> = {
  call: IconPhone,
  email: IconMail,
  meeting: IconCalendarEvent,
  visit: IconMapPin,
  note: IconNote,
};
const KINDS: { value: Kind; label: string }[] = [
  { value: "call", label: "Calls" },
  { value: "email", label: "E-mails" },
  { value: "meeting", label: "Meetings" },
  { value: "visit", label: "Visits" },
  { value: "note", label: "Notes" },
  { value: "change", label: "Changes" },
];

/** What happened with the record, newest first: activities and milestones in one stream, by type and person. */
export function Timeline({ type, id }: { type: "account" | "contact" | "opportunity" | "lead"; id: string }) {
  const { open } = useQuickCreate();
  const [kind, setKind] = useState<Kind>();
  const [personId, setPersonId] = useState<string>();
  const people = useQuery({ ...trpc.users.assignable.queryOptions(), staleTime: 300_000 });
  const input = { record: { type, id }, ...(kind ? { kind } : {}), ...(personId ? { personId } : {}) };
  const query = useInfiniteQuery({
    queryKey: trpc.activities.timeline.queryKey(input),
    queryFn: ({ pageParam }) => api.activities.timeline.query({ ...input, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const isFiltered = kind !== undefined || personId !== undefined;
  return (
    <>
      <Group gap="xs" mb="sm">
        <Select
          size="xs"
          aria-label="Type"
          placeholder="All types"
          clearable
          w={130}
          data={KINDS}
          value={kind ?? null}
          onChange={(value) => setKind((value as Kind | null) ?? undefined)}
        />
        <Select
          size="xs"
          aria-label="Person"
          placeholder="Everybody"
          clearable
          searchable
          w={180}
          data={(people.data ?? []).map((person) => ({ value: person.id, label: person.name }))}
          value={personId ?? null}
          onChange={(value) => setPersonId(value ?? undefined)}
        />
      </Group>
      {query.isPending ? (
        <RowsSkeleton rows={5} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : entries.length === 0 && isFiltered ? (
        <Text c="dimmed" size="sm">
          Nothing of this type or person.
        </Text>
      ) : entries.length === 0 ? (
        <EmptyState
          title="Nothing has happened yet"
          action={<Button onClick={() => open("activity", { [`${type}Id`]: id })}>Log an activity</Button>}
        >
          Calls, mails, meetings and every change of stage will stand here.
        </EmptyState>
      ) : (
        <Stack gap="sm" component="ol" className="timeline">
          {entries.map((entry) => (
            <TimelineRow key={entry.id} entry={entry} />
          ))}
          {query.hasNextPage ? (
            <Button variant="subtle" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
              Earlier
            </Button>
          ) : null}
        </Stack>
      )}
    </>
  );
}

function TimelineRow({ entry }: { entry: Entry }) {
  const Icon = entry.type === "activity" ? (ICONS[entry.kind] ?? IconNote) : IconHistory;
  return (
    <li id={`activity-${entry.id}`}>
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
              {entry.entries.map((said) => (
                <Group key={said.id} gap={6} wrap="nowrap" mt={4} align="flex-start">
                  <Badge size="sm" variant="light">
                    {ENTRY_LABELS[said.kind]}
                  </Badge>
                  <Text size="sm">{said.text}</Text>
                </Group>
              ))}
              {entry.isOutcomeMissing ? <NameOutcome activityId={entry.id} kind={entry.kind} /> : null}
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
}
