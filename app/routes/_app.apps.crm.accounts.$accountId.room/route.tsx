import { Anchor, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { Money } from "../../components/format.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { trpc } from "../../trpc.ts";
import { useOpenRoom } from "../../rooms/use-open-room.ts";
import { requireParam, withCaller } from "../../with-caller.ts";

const RoomView = lazy(() => import("../../rooms/room-view.tsx"));

export const meta = () => [{ title: "Account room · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.accounts.get({ accountId: requireParam(params, "accountId") }),
);
export const clientLoader = fromMemory;

export default function AccountRoomPage() {
  const { accountId = "" } = useParams();
  const initial = useInitialData<Outputs["accounts"]["get"]>();
  const account = useQuery({
    ...trpc.accounts.get.queryOptions({ accountId }),
    ...(initial ? { initialData: initial } : {}),
  });
  const room = useOpenRoom("account", accountId);
  const deals = useQuery(trpc.opportunities.list.queryOptions({ accountId, kind: "open" }));
  const failed = account.error ?? room.error;
  if (failed)
    return <ErrorState error={failed} onRetry={() => void Promise.all([account.refetch(), room.refetch()])} />;
  if (!account.data || !room.data) return <RowsSkeleton />;
  return (
    <Suspense fallback={<RowsSkeleton />}>
      <RoomView
        key={accountId}
        subject={{ type: "account", id: accountId, ownerId: account.data.ownerId, roomId: room.data.roomId }}
        title={account.data.name}
        isStrategyPinned={false}
        panel={
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {[account.data.industry, account.data.country].filter(Boolean).join(" · ")}
            </Text>
            <Text fw={600}>Open opportunities</Text>
            {deals.data?.rows.map((row) => (
              <Text key={row.id} size="sm">
                <Anchor component={Link} to={`/apps/crm/opportunities/${row.id}/room`}>
                  {row.name}
                </Anchor>{" "}
                <Money cents={row.amountCents} currency={row.currency} /> · {row.stageName}
              </Text>
            ))}
            <Text fw={600}>Tasks</Text>
            <TaskList accountId={accountId} />
          </Stack>
        }
      />
    </Suspense>
  );
}
