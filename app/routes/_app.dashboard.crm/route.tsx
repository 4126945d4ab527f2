import { Button, Grid, Group, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { Link } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { Money } from "../../components/format.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { useFilters } from "../../components/use-filters.ts";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";
import { Figure } from "./figure.tsx";
import { FirstThings } from "./first-things.tsx";
import { Recent } from "./recent.tsx";
import { RowsDrawer, type RowsRequest } from "./rows-drawer.tsx";
import { Stages } from "./stages.tsx";
import { Team } from "./team.tsx";
import { Today } from "./today.tsx";

export const meta: MetaFunction = () => [{ title: "Command center · Ringside" }];
export const loader = withCaller(({ caller, url }) =>
  caller.dashboard.get(inputOf((key) => url.searchParams.get(key))),
);
export const clientLoader = fromMemory;

export type Dashboard = Outputs["dashboard"]["get"];

function inputOf(get: (key: string) => string | null) {
  const [scope, period] = [get("scope"), get("period")];
  return {
    ...(scope === "mine" || scope === "team" ? { scope: scope as "mine" | "team" } : {}),
    period: period === "month" || period === "year" ? (period as "month" | "year") : ("quarter" as const),
  };
}
const percent = (share: number | null): string => (share === null ? "No data" : `${Math.round(share * 100)} %`);
const days = (count: number | null): string => (count === null ? "No data" : `${Math.round(count)} days`);

export default function DashboardPage() {
  const initial = useInitialData<Dashboard>();
  const filters = useFilters();
  const input = inputOf((key) => filters.get(key) || null);
  const [rows, setRows] = useState<RowsRequest>();
  const query = useQuery({ ...trpc.dashboard.get.queryOptions(input), ...(initial ? { initialData: initial } : {}) });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const data = query.data;
  const { figures } = data;
  const show =
    (figure: RowsRequest["figure"], title: string, more: Partial<RowsRequest> = {}) =>
    () =>
      setRows({ figure, title, scope: data.scope, period: input.period, ...more });
  const isTeam = data.scope === "team";
  return (
    <>
      <PageHeader title="Command center" detail={isTeam ? "Your team's deals" : "Your deals"}>
        <QuickActions />
      </PageHeader>
      <Group gap="sm" mb="md">
        {data.isManager ? (
          <SegmentedControl
            size="xs"
            aria-label="Whose"
            data={[
              { value: "team", label: "Team" },
              { value: "mine", label: "Mine" },
            ]}
            value={data.scope}
            onChange={(scope) => filters.set({ scope })}
          />
        ) : null}
        <SegmentedControl
          size="xs"
          aria-label="Period"
          data={[
            { value: "month", label: "This month" },
            { value: "quarter", label: "This quarter" },
            { value: "year", label: "This year" },
          ]}
          value={input.period}
          onChange={(period) => filters.set({ period: period === "quarter" ? null : period })}
        />
      </Group>
      <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm" mb="sm">
        <Figure
          label="Pipeline value"
          value={<Money cents={figures.pipeline.amountCents} />}
          detail={`${figures.pipeline.count} deals closing in the period`}
          onOpen={show("pipeline", "Pipeline value")}
        />
        <Figure
          label="Weighted forecast"
          value={<Money cents={figures.forecast.weightedCents} />}
          detail="won, and amount × probability"
          onOpen={show("forecast", "Weighted forecast")}
        />
        <Figure
          label="Won"
          value={<Money cents={figures.won.amountCents} />}
          detail={`${figures.won.count} deals`}
          onOpen={show("won", "Won")}
        />
        <Figure
          label="Win rate"
          value={percent(data.winRate)}
          detail={data.winRate === null ? "nothing closed yet" : `${percent(data.winRateByValue)} by value`}
          onOpen={show("closed", "Closed, won and lost")}
        />
        <Figure
          label="Sales cycle"
          value={days(data.cycleDays.median)}
          detail={data.cycleDays.mean === null ? "nothing won yet" : `median; mean ${days(data.cycleDays.mean)}`}
          onOpen={show("won", "Won")}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 2, md: 6 }} spacing="sm" mb="lg">
        <Figure
          label="Tasks overdue"
          value={data.tasks.overdue}
          detail={`${data.tasks.today} due today`}
          to={`/priorities?type=task${isTeam ? "&scope=team" : ""}`}
          isWarning={data.tasks.overdue > 0}
        />
        <Figure
          label={isTeam ? "Leads overnight" : "New leads"}
          value={isTeam ? data.leads.overnight : data.leads.waiting}
          detail={
            isTeam
              ? `${data.leads.waiting} wait, ${data.leads.touched} touched since`
              : `${data.leads.overnight} came overnight`
          }
          to="/apps/crm/leads?view=new"
        />
        <Figure
          label="At risk"
          value={figures.atRisk.count}
          detail={<Money cents={figures.atRisk.amountCents} />}
          onOpen={show("atRisk", "At risk")}
          isWarning={figures.atRisk.count > 0}
        />
        <Figure
          label="Next step overdue"
          value={figures.overdueNextStep.count}
          detail={`${figures.withoutNextStep.count} without one`}
          onOpen={show("overdueNextStep", "Next step overdue")}
          isWarning={figures.overdueNextStep.count > 0}
        />
        <Figure
          label="Past close date"
          value={figures.overdueCloseDate.count}
          detail={<Money cents={figures.overdueCloseDate.amountCents} />}
          onOpen={show("overdueCloseDate", "Past close date")}
          isWarning={figures.overdueCloseDate.count > 0}
        />
        <Figure
          label="Touchpoints a week"
          value={data.touchpoints === null ? "No data" : data.touchpoints.toFixed(1)}
          detail="per open deal, last 7 days"
          onOpen={show("open", "Open deals")}
        />
      </SimpleGrid>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <FirstThings data={data} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <Today items={data.today} showsOwner={isTeam} />
            <Stages
              stages={data.stages}
              onOpen={(stage) =>
                setRows({
                  figure: "open",
                  title: stage.name,
                  scope: data.scope,
                  period: input.period,
                  stageId: stage.id,
                })
              }
            />
          </Stack>
        </Grid.Col>
        {isTeam && data.team.length > 0 ? (
          <Grid.Col span={12}>
            <Team team={data.team} onOpen={(figure, title, ownerId) => show(figure, title, { ownerId })()} />
          </Grid.Col>
        ) : null}
        <Grid.Col span={12}>
          <Recent items={data.recent} />
        </Grid.Col>
      </Grid>
      <Text size="xs" c="dimmed" mt="md">
        Pipeline value: open deals closing in the period, without the category Omitted. Win rate: won of all closed in
        the period. Sales cycle: days from opening to winning, won in the period.
      </Text>
      {rows ? <RowsDrawer request={rows} onClose={() => setRows(undefined)} /> : null}
    </>
  );
}

function QuickActions() {
  const { open } = useQuickCreate();
  return (
    <>
      <Button variant="default" onClick={() => open("activity")}>
        Log activity
      </Button>
      <Button variant="default" onClick={() => open("task")}>
        New task
      </Button>
      <Button variant="default" onClick={() => open("task", { kind: "meeting" })}>
        Schedule meeting
      </Button>
      <Button onClick={() => open("opportunity")} visibleFrom="sm">
        New opportunity
      </Button>
      <Button component={Link} to="/priorities" variant="subtle" hiddenFrom="sm">
        Priorities
      </Button>
    </>
  );
}
