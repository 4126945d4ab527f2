import { useParams } from "@remix-run/react";
import { lazy, Suspense } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { DealPanel, useDealPanel } from "../../components/deal-panel.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useOpenRoom } from "../../rooms/use-open-room.ts";
import { requireParam, withCaller } from "../../with-caller.ts";

const RoomView = lazy(() => import("../../rooms/room-view.tsx"));

export const meta = () => [{ title: "Deal room · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.opportunities.panel({ opportunityId: requireParam(params, "opportunityId") }),
);
export const clientLoader = fromMemory;

/** From this amount on a deal's strategy section is pinned. */
const STRATEGY_CENTS = 5_000_000;

export default function OpportunityRoomPage() {
  const { opportunityId = "" } = useParams();
  const panel = useDealPanel(opportunityId, useInitialData<Outputs["opportunities"]["panel"]>());
  const room = useOpenRoom("opportunity", opportunityId);
  const failed = panel.error ?? room.error;
  if (failed) return <ErrorState error={failed} onRetry={() => void Promise.all([panel.refetch(), room.refetch()])} />;
  if (!panel.data || !room.data) return <RowsSkeleton />;
  const { deal } = panel.data;
  return (
    <Suspense fallback={<RowsSkeleton />}>
      <RoomView
        key={opportunityId}
        subject={{ type: "opportunity", id: opportunityId, ownerId: deal.ownerId, roomId: room.data.roomId }}
        title={deal.name}
        isStrategyPinned={(deal.amountCents ?? 0) > STRATEGY_CENTS}
        panel={<DealPanel panel={panel.data} />}
      />
    </Suspense>
  );
}
