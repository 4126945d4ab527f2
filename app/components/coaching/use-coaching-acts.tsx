import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@mantine/core";
import { api, trpc } from "../../trpc.ts";
import { showError } from "../notify.ts";
import type { Answer } from "./acknowledge-form.tsx";

type ActName = Parameters<typeof api.coaching.act.mutate>[0]["act"];
interface ItemRef {
  id: string;
  version: number;
}

/** Acts on coaching items from any screen; an acknowledgment can be undone from its notice. */
export function useCoachingActs() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: trpc.coaching.pathKey() });
  const act = useMutation({
    mutationFn: ({ item, name, comment }: { item: ItemRef; name: ActName; comment?: string }) =>
      api.coaching.act.mutate({ itemId: item.id, version: item.version, act: name, ...(comment ? { comment } : {}) }),
    onError: showError,
    onSettled: refresh,
  });
  const offerUndo = (items: ItemRef[]): void => {
    const id = notifications.show({
      autoClose: 10_000,
      message: (
        <>
          {items.length === 1 ? "Acknowledged. " : `${items.length} acknowledged. `}
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => {
              notifications.hide(id);
              for (const item of items)
                act.mutate({ item: { id: item.id, version: item.version + 1 }, name: "undo_acknowledge" });
            }}
          >
            Undo
          </Button>
        </>
      ),
    });
  };
  const acknowledge = useMutation({
    mutationFn: ({ item, answer }: { item: ItemRef; answer: Answer }) =>
      api.coaching.acknowledge.mutate({ itemId: item.id, version: item.version, ...answer }),
    onSuccess: (_done, { item }) => offerUndo([item]),
    onError: showError,
    onSettled: refresh,
  });
  const acknowledgeMany = useMutation({
    mutationFn: (items: ItemRef[]) => api.coaching.acknowledgeMany.mutate({ itemIds: items.map(({ id }) => id) }),
    onSuccess: (results, items) => {
      const done = new Set(results.filter((result) => result.isDone).map(({ itemId }) => itemId));
      if (done.size > 0) offerUndo(items.filter(({ id }) => done.has(id)));
      for (const { isDone, message } of results)
        if (!isDone) notifications.show({ color: "red", message: message ?? "Not acknowledged" });
    },
    onError: showError,
    onSettled: refresh,
  });
  return { act, acknowledge, acknowledgeMany };
}
