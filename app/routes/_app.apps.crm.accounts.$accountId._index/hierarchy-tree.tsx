import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { compactMoney } from "../../components/format.tsx";
import RecordGraph from "../../components/graph/record-graph.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";

/** The account's family with what is open and won in it, summed up to the top. */
export default function HierarchyTree({ accountId }: { accountId: string }) {
  const family = useQuery(trpc.accounts.hierarchy.queryOptions({ accountId }));
  if (family.isPending) return <RowsSkeleton rows={5} />;
  if (family.isError) return <ErrorState error={family.error} onRetry={() => void family.refetch()} />;
  const { nodes, isCut } = family.data;
  return (
    <section className="panel" aria-labelledby="tree">
      <Title order={2} id="tree" mb="xs">
        Hierarchy
      </Title>
      {nodes.length === 1 ? (
        <Text c="dimmed" mb="sm">
          This account stands alone. Name a parent account to build a hierarchy.
        </Text>
      ) : null}
      <RecordGraph
        label="Account hierarchy"
        records={nodes.map(({ id, name, parentId, rolledOpenCents, rolledWonCents, currency }) => ({
          ...{ id, label: name, href: `/apps/crm/accounts/${id}`, parentId, isCurrent: id === accountId },
          lines: [`${compactMoney(rolledOpenCents, currency)} open`, `${compactMoney(rolledWonCents, currency)} won`],
        }))}
      />
      {isCut ? (
        <Text size="xs" c="dimmed">
          The first 300 accounts are drawn and summed.
        </Text>
      ) : null}
    </section>
  );
}
