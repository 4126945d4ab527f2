import { Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Day, Money } from "../../components/format.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { api, trpc } from "../../trpc.ts";

type Input = Parameters<typeof api.dashboard.rows.query>[0];
export type RowsRequest = Pick<Input, "figure" | "scope" | "period" | "ownerId" | "stageId"> & { title: string };

/** The deals behind a number, the largest first. */
export function RowsDrawer({ request, onClose }: { request: RowsRequest; onClose(): void }) {
  const { title, ...input } = request;
  const query = useInfiniteQuery({
    queryKey: trpc.dashboard.rows.queryKey(input),
    queryFn: ({ pageParam }) => api.dashboard.rows.query({ ...input, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Drawer opened onClose={onClose} title={title} position="right" size="lg">
      {query.isPending ? (
        <RowsSkeleton />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState title="No deals here" />
      ) : (
        <Stack gap={0}>
          {rows.map((row) => (
            <Group key={row.id} className="row-link" justify="space-between" wrap="nowrap" gap="sm">
              <div className="shrink">
                <Text fw={600} truncate component="div">
                  <Link to={`/apps/crm/opportunities/${row.id}`} className="record-link">
                    {row.name}
                  </Link>
                </Text>
                <Text size="xs" c="dimmed">
                  {[row.accountName, row.stageName, row.ownerName].filter(Boolean).join(" · ")}
                </Text>
                <Text size="xs" c="dimmed">
                  Closes <Day day={row.closeDate} /> · <Link to={`/apps/crm/opportunities/${row.id}/room`}>room</Link>
                </Text>
              </div>
              <Stack gap={4} align="flex-end">
                <Text fw={600} component="div">
                  <Money cents={row.amountCents} />
                </Text>
                {row.isAtRisk ? (
                  <Badge size="sm" color="grape" variant="light">
                    At risk
                  </Badge>
                ) : null}
              </Stack>
            </Group>
          ))}
          {query.hasNextPage ? (
            <Button variant="subtle" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
              More
            </Button>
          ) : null}
        </Stack>
      )}
    </Drawer>
  );
}
