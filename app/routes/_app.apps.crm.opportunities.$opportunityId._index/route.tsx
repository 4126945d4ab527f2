import { Button, Grid, Group, SimpleGrid, Title } from "@mantine/core";
import { Link, useParams } from "@remix-run/react";
import { IconUsersGroup } from "@tabler/icons-react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { LogForm } from "../../components/activity/log-form.tsx";
import { Requests } from "../../components/activity/requests.tsx";
import { DealPanel, useDealPanel } from "../../components/deal-panel.tsx";
import { useMe } from "../../components/me.tsx";
import { DealStrip } from "../../components/deal-strip.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { requireParam, withCaller } from "../../with-caller.ts";
import { HistoryPanel } from "./history-panel.tsx";
import { CompetitorPanel, TeamPanel } from "./people-panel.tsx";

export const meta = () => [{ title: "Opportunity · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.opportunities.panel({ opportunityId: requireParam(params, "opportunityId") }),
);
export const clientLoader = fromMemory;

export default function OpportunityPage() {
  const { opportunityId = "" } = useParams();
  const query = useDealPanel(opportunityId, useInitialData<Outputs["opportunities"]["panel"]>());
  const { open } = useQuickCreate();
  const me = useMe();
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { deal } = query.data;
  return (
    <>
      <PageHeader
        title={deal.name}
        detail={[deal.accountName, deal.stageName, deal.ownerName].filter(Boolean).join(" · ")}
      >
        <Button variant="default" onClick={() => open("task", { opportunityId, kind: "meeting" })}>
          Schedule
        </Button>
        <Button variant="default" onClick={() => open("task", { opportunityId })}>
          New task
        </Button>
        <Button
          component={Link}
          to={`/apps/crm/opportunities/${opportunityId}/room`}
          leftSection={<IconUsersGroup size={16} />}
          prefetch="intent"
        >
          Open the room
        </Button>
      </PageHeader>
      {deal.stageKind === "open" ? <DealStrip deal={deal} /> : null}
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <div className="panel">
            <DealPanel panel={query.data} />
          </div>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {me.can("activity:write") ? (
            <>
              <section className="panel" aria-labelledby="log">
                <Title order={2} id="log" mb="xs">
                  Log an activity
                </Title>
                <LogForm key={opportunityId} defaults={{ opportunityId }} />
              </section>
              <Group h={16} />
            </>
          ) : null}
          <section className="panel" aria-labelledby="open-tasks">
            <Title order={2} id="open-tasks" mb="xs">
              Tasks
            </Title>
            <TaskList opportunityId={opportunityId} />
          </section>
          <Group h={16} />
          <Requests opportunityId={opportunityId} />
          <Group h={16} />
          <section className="panel" aria-labelledby="timeline">
            <Title order={2} id="timeline" mb="sm">
              Timeline
            </Title>
            <Timeline type="opportunity" id={opportunityId} />
          </section>
          <Group h={16} />
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            <TeamPanel panel={query.data} />
            <CompetitorPanel panel={query.data} />
          </SimpleGrid>
          <Group h={16} />
          <HistoryPanel panel={query.data} />
        </Grid.Col>
      </Grid>
    </>
  );
}
