import { Grid, Stack, Text, Title } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { ActionCard } from "../../components/assistant/action-card.tsx";
import { AskBox } from "../../components/assistant/ask-box.tsx";
import { When } from "../../components/format.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Assistant · Ringside" }];
export const loader = withCaller(({ caller }) => caller.assistant.status());
export const clientLoader = fromMemory;

export default function AssistantPage() {
  const initial = useInitialData<Outputs["assistant"]["status"]>();
  const status = useQuery({ ...trpc.assistant.status.queryOptions(), ...(initial ? { initialData: initial } : {}) });
  const actions = useQuery(trpc.assistant.myActions.queryOptions());
  return (
    <>
      <PageHeader
        title="Assistant"
        detail={
          status.data ? (
            <>
              {status.data.model.state === "ready"
                ? `Answers with ${status.data.model.name}`
                : "Answers with your own words, no AI model"}
              {status.data.index.indexedAt ? (
                <>
                  {" · indexed "}
                  <When at={status.data.index.indexedAt} />
                </>
              ) : null}
              {status.data.index.pending > 0 ? ` · ${status.data.index.pending} pending` : ""}
            </>
          ) : (
            " "
          )
        }
      />
      <Grid gutter="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <AskBox />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="sm">
            <Title order={2}>Your next steps</Title>
            {actions.data?.map((card) => (
              <ActionCard key={card.id} card={card} showTarget />
            ))}
            {actions.data?.length === 0 ? (
              <Text c="dimmed">
                Nothing presses. Suggestions come from your open deals and go away when their cause is gone.
              </Text>
            ) : null}
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}
