import { Divider, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../trpc.ts";
import { ActionCard } from "./action-card.tsx";
import { AskBox } from "./ask-box.tsx";
import { SummaryBlock } from "./summary-block.tsx";

/** The assistant on a record: the one next step, questions, and the summary. */
export function AssistantPanel({
  record,
  initialQuestion,
}: {
  record: { type: "account" | "opportunity"; id: string };
  initialQuestion?: string | undefined;
}) {
  const action = useQuery(trpc.assistant.nextBestAction.queryOptions(record));
  return (
    <Stack gap="sm">
      {action.data ? <ActionCard card={action.data} showTarget={record.type === "account"} /> : null}
      <AskBox key={initialQuestion} subject={record} {...(initialQuestion ? { initialQuestion } : {})} />
      <Divider />
      <SummaryBlock subject={record} />
    </Stack>
  );
}
