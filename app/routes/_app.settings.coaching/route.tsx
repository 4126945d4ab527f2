import { Table, Text } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Coaching report · Ringside" }];
export const loader = withCaller(({ caller }) => caller.coaching.report());
export const clientLoader = fromMemory;

const percent = (share: number | null): string => (share === null ? "No data" : `${Math.round(share * 100)} %`);

function duration(minutes: number | null): string {
  if (minutes === null) return "No data";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1440).toFixed(1)} days`;
}

export default function CoachingReportPage() {
  const initial = useInitialData<Outputs["coaching"]["report"]>();
  const report = useQuery({ ...trpc.coaching.report.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  return (
    <>
      <PageHeader title="Coaching report" detail="Items of the last 90 days, withdrawn ones left out" />
      {report.isPending ? (
        <RowsSkeleton rows={4} />
      ) : report.isError ? (
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      ) : report.data.length === 0 ? (
        <EmptyState title="No coaching yet">
          Select a passage in a deal room and choose Coach: the answers are measured here.
        </EmptyState>
      ) : (
        <Table.ScrollContainer minWidth={640} className="panel">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Rep</Table.Th>
                <Table.Th ta="right">Items</Table.Th>
                <Table.Th ta="right">Acknowledged</Table.Th>
                <Table.Th ta="right">Median time to acknowledge</Table.Th>
                <Table.Th ta="right">Late or overdue</Table.Th>
                <Table.Th ta="right">Escalated</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="tabular">
              {report.data.map((row) => (
                <Table.Tr key={row.repId}>
                  <Table.Td>{row.repName}</Table.Td>
                  <Table.Td ta="right">{row.total}</Table.Td>
                  <Table.Td ta="right">{percent(row.acknowledgmentRate)}</Table.Td>
                  <Table.Td ta="right">{duration(row.medianMinutes)}</Table.Td>
                  <Table.Td ta="right">{percent(row.overdueShare)}</Table.Td>
                  <Table.Td ta="right">{row.escalated}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Text size="xs" c="dimmed" mt="sm">
        Acknowledged = items answered / all items. Median time runs from the request to the answer. Late = answered
        after, or unanswered past, the due time.
      </Text>
    </>
  );
}
