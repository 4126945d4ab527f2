import { Anchor, Button, Checkbox, Grid, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { Link } from "@remix-run/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { compactMoney, Day, exactMoney, Money, When } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { EmptyState, ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Command center · Ringside" }];
export const loader = withCaller(({ caller }) => caller.dashboard.get());
export const clientLoader = fromMemory;

type Dashboard = Outputs["dashboard"]["get"];

export default function DashboardPage() {
  const initial = useInitialData<Dashboard>();
  const me = useMe();
  const { open } = useQuickCreate();
  const query = useQuery({ ...trpc.dashboard.get.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const data = query.data;
  return (
    <>
      <PageHeader title="Command center" detail={me.hasTeam || me.seesAll ? "Your team's deals" : "Your deals"}>
        <Button variant="default" onClick={() => open("activity")}>
          Log activity
        </Button>
        <Button variant="default" onClick={() => open("task")}>
          New task
        </Button>
        <Button onClick={() => open("opportunity")}>New opportunity</Button>
      </PageHeader>
      <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm" mb="lg">
        <Figure
          label="Open pipeline"
          value={<Money cents={data.open.amountCents} />}
          detail={`${data.open.count.toLocaleString("en-US")} deals`}
          to="/apps/crm/opportunities"
        />
        <Figure
          label="Weighted"
          value={<Money cents={data.weightedCents} />}
          detail="amount × probability"
          to="/apps/crm/opportunities?sort=amount&desc=1"
        />
        <Figure
          label="Won, 90 days"
          value={<Money cents={data.won90.amountCents} />}
          detail={`${data.won90.count} deals`}
          to="/apps/crm/opportunities?kind=won"
        />
        <Figure
          label="Win rate, 90 days"
          value={data.winRate === null ? "No data" : `${Math.round(data.winRate * 100)} %`}
          detail="won of all closed"
          to="/apps/crm/opportunities?kind=lost"
        />
        <Figure
          label="Cycle, 90 days"
          value={data.cycleDays === null ? "No data" : `${data.cycleDays} days`}
          detail="median, opened to won"
          to="/apps/crm/opportunities?kind=won"
        />
      </SimpleGrid>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <NeedAttention data={data} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <Tasks tasks={data.tasks} />
            <Stages stages={data.stages} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Figure({ label, value, detail, to }: { label: string; value: ReactNode; detail: string; to: string }) {
  return (
    <Link to={to} className="panel figure" prefetch="intent">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={650} component="div">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {detail}
      </Text>
    </Link>
  );
}

/** Why the deal stands here, in words, and what removes it. */
function reasons(deal: Dashboard["needAttention"][number]): string[] {
  const today = new Date().toISOString().slice(0, 10);
  const quietDays = Math.floor((Date.now() - new Date(deal.lastAt).getTime()) / 86_400_000);
  return [
    ...(deal.closeDate && deal.closeDate < today ? ["Close date has passed: set a new one or close the deal"] : []),
    ...(quietDays > 10 ? [`No activity for ${quietDays} days: log one`] : []),
    ...(deal.nextStep ? [] : ["No next step: agree on one"]),
  ];
}

function NeedAttention({ data }: { data: Dashboard }) {
  const { idle, withoutNextStep, overdueCloseDate } = data.attention;
  return (
    <section className="panel" aria-labelledby="attention">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="attention">
          Needs attention
        </Title>
        <Text size="sm" c="dimmed">
          {overdueCloseDate} past close date · {idle} quiet · {withoutNextStep} without next step
        </Text>
      </Group>
      {data.needAttention.length === 0 ? (
        <EmptyState title="Every open deal is in hand" />
      ) : (
        <Stack gap={0}>
          {data.needAttention.map((deal) => (
            <Link key={deal.id} to={`/apps/crm/opportunities/${deal.id}/room`} className="row-link" prefetch="intent">
              <Group justify="space-between" wrap="nowrap" gap="sm">
                <div className="shrink">
                  <Text fw={600} truncate>
                    {deal.name}
                  </Text>
                  <Text size="xs" c="dimmed" truncate>
                    {[deal.accountName, deal.ownerName].filter(Boolean).join(" · ")}
                  </Text>
                </div>
                <Text fw={600} component="div">
                  <Money cents={deal.amountCents} />
                </Text>
              </Group>
              {reasons(deal).map((reason) => (
                <Text key={reason} size="sm">
                  {reason}
                </Text>
              ))}
              <Text size="xs" c="dimmed">
                Last activity <When at={deal.lastAt} />
              </Text>
            </Link>
          ))}
        </Stack>
      )}
    </section>
  );
}

function Tasks({ tasks }: { tasks: Dashboard["tasks"] }) {
  const client = useQueryClient();
  const setDone = useMutation(
    trpc.tasks.setDone.mutationOptions({ onError: showError, onSettled: () => client.invalidateQueries() }),
  );
  const today = new Date().toISOString().slice(0, 10);
  return (
    <section className="panel" aria-labelledby="tasks">
      <Title order={2} id="tasks" mb="xs">
        Your tasks
      </Title>
      {tasks.length === 0 ? <Text c="dimmed">Nothing is due.</Text> : null}
      <Stack gap="xs">
        {tasks.map((task) => (
          <Checkbox
            key={task.id}
            checked={setDone.isPending && setDone.variables.taskId === task.id}
            onChange={() => setDone.mutate({ taskId: task.id, isDone: true })}
            label={
              <>
                {task.title}
                <Text size="xs" c={task.dueOn && task.dueOn < today ? "red" : "dimmed"} component="div">
                  <Day day={task.dueOn} />
                  {task.opportunityId ? (
                    <>
                      {" · "}
                      <Anchor size="xs" component={Link} to={`/apps/crm/opportunities/${task.opportunityId}`}>
                        {task.opportunityName}
                      </Anchor>
                    </>
                  ) : null}
                </Text>
              </>
            }
          />
        ))}
      </Stack>
    </section>
  );
}

function Stages({ stages }: { stages: Dashboard["stages"] }) {
  const most = Math.max(1, ...stages.map((stage) => stage.amountCents));
  return (
    <section className="panel" aria-labelledby="stages">
      <Title order={2} id="stages" mb="xs">
        Pipeline by stage
      </Title>
      <Stack gap={8}>
        {stages
          .filter((stage) => stage.count > 0)
          .map((stage) => (
            <Link key={stage.id} to={`/apps/crm/opportunities?stage=${stage.id}`} className="plain-link">
              <Group justify="space-between" gap="xs">
                <Text size="sm">{stage.name}</Text>
                <Text
                  size="sm"
                  c="dimmed"
                  className="tabular"
                  aria-label={`${stage.count} deals, ${exactMoney(stage.amountCents)}`}
                >
                  {stage.count} · {compactMoney(stage.amountCents)}
                </Text>
              </Group>
              <Progress value={(stage.amountCents / most) * 100} size="sm" aria-hidden />
            </Link>
          ))}
        {stages.every((stage) => stage.count === 0) ? <Text c="dimmed">No open deals yet.</Text> : null}
      </Stack>
    </section>
  );
}
