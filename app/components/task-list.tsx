import { Checkbox, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";
import { Day } from "./format.tsx";
import { showError } from "./notify.ts";

/** Open tasks of a record; ticking one off can be taken back with a second click. */
export function TaskList(record: { opportunityId: string } | { accountId: string } | { leadId: string }) {
  const client = useQueryClient();
  const tasks = useQuery(trpc.tasks.list.queryOptions(record));
  const setDone = useMutation(
    trpc.tasks.setDone.mutationOptions({
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.tasks.pathKey() }),
    }),
  );
  if (!tasks.data?.length) {
    return (
      <Text c="dimmed" size="sm">
        {tasks.isPending ? "Loading" : "Nothing to do."}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      {tasks.data.map((task) => (
        <Checkbox
          key={task.id}
          checked={task.doneAt !== null}
          onChange={(event) => setDone.mutate({ taskId: task.id, isDone: event.currentTarget.checked })}
          label={task.title}
          description={
            <>
              {task.ownerName} · <Day day={task.dueOn} />
              {task.source?.startsWith("room:") ? " · from the room" : ""}
            </>
          }
        />
      ))}
    </Stack>
  );
}
