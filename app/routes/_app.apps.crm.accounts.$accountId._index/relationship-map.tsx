import { Alert, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Outputs } from "../../client-navigation.ts";
import { relativeTime } from "../../components/format.tsx";
import RecordGraph from "../../components/graph/record-graph.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";

type Person = Outputs["accounts"]["map"]["people"][number];

const TONES = { champion: "good", supporter: "good", neutral: undefined, opponent: "bad" } as const;

const linesOf = ({ title, roles, influence, attitude, lastContactAt, touches }: Person): string[] => [
  [title, ...roles].filter(Boolean).join(" · ") || "No role named",
  [attitude, influence ? `${influence} influence` : null].filter(Boolean).join(" · ") || "Influence unknown",
  lastContactAt ? `Last contact ${relativeTime(new Date(lastContactAt))}, ${touches} in 90 days` : "Never spoken to",
];

/** The account's people with their reporting lines, and what the map lacks. */
export default function RelationshipMap({ accountId }: { accountId: string }) {
  const map = useQuery(trpc.accounts.map.queryOptions({ accountId }));
  if (map.isPending) return <RowsSkeleton rows={5} />;
  if (map.isError) return <ErrorState error={map.error} onRetry={() => void map.refetch()} />;
  const { people, gaps, isCut } = map.data;
  if (people.length === 0)
    return (
      <EmptyState title="Nobody is known here yet">
        Add contacts, and say who reports to whom on their pages.
      </EmptyState>
    );
  return (
    <section className="panel" aria-labelledby="map">
      <Title order={2} id="map" mb="xs">
        Relationship map
      </Title>
      {gaps.length > 0 ? (
        <Alert color="orange" variant="light" mb="sm" title="What is missing">
          <ul className="plain-list">
            {gaps.map(({ rule, label, contactId }) => (
              <li key={`${rule}-${contactId ?? ""}`}>{label}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <RecordGraph
        label="Relationship map"
        records={people.map((person) => ({
          ...{ id: person.id, label: person.name, href: `/apps/crm/contacts/${person.id}` },
          ...{ lines: linesOf(person), parentId: person.reportsToId },
          tone: person.attitude
            ? TONES[person.attitude]
            : person.roles.includes("Decision Maker")
              ? ("strong" as const)
              : undefined,
        }))}
      />
      {isCut ? (
        <Text size="xs" c="dimmed">
          The first 200 people are drawn.
        </Text>
      ) : null}
    </section>
  );
}
