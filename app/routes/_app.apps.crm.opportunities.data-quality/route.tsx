import { Anchor, Table, Text } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { Link } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { QUALITY_LABELS } from "../../components/quality-labels.ts";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Data quality · Ringside" }];
export const loader = withCaller(({ caller }) => caller.opportunities.dataQuality());
export const clientLoader = fromMemory;

/** What is missing on open deals, by rep; every number opens its deals. */
export default function DataQualityPage() {
  const initial = useInitialData<Outputs["opportunities"]["dataQuality"]>();
  const quality = useQuery({
    ...trpc.opportunities.dataQuality.queryOptions(),
    ...(initial ? { initialData: initial } : {}),
  });
  const rules = Object.entries(QUALITY_LABELS);
  return (
    <>
      <PageHeader title="Data quality" detail="What is missing on open opportunities, by owner" />
      {quality.isPending ? (
        <RowsSkeleton />
      ) : quality.isError ? (
        <ErrorState error={quality.error} onRetry={() => void quality.refetch()} />
      ) : quality.data.length === 0 ? (
        <EmptyState title="No open opportunities">What is missing on them will be counted here.</EmptyState>
      ) : (
        <Table.ScrollContainer minWidth={760} className="panel">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Owner</Table.Th>
                <Table.Th ta="right">Open</Table.Th>
                {rules.map(([rule, label]) => (
                  <Table.Th key={rule} ta="right">
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="tabular">
              {quality.data.map((row) => (
                <Table.Tr key={row.ownerId}>
                  <Table.Td>{row.ownerName}</Table.Td>
                  <Table.Td ta="right">{row.open}</Table.Td>
                  {rules.map(([rule]) => {
                    const count = row.broken[rule as keyof typeof row.broken];
                    return (
                      <Table.Td key={rule} ta="right">
                        {count === 0 ? (
                          <Text span size="sm" c="dimmed">
                            0
                          </Text>
                        ) : (
                          <Anchor
                            component={Link}
                            size="sm"
                            to={`/apps/crm/opportunities?owner=${row.ownerId}&quality=${rule}`}
                          >
                            {count}
                          </Anchor>
                        )}
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}
