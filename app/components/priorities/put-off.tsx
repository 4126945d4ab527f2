import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../../trpc.ts";
import { dayFromNow } from "../activity/days.ts";
import { showError } from "../notify.ts";
import type { Card } from "./card.tsx";

/** Puts a card off until a day, or away, with a reason; both can be undone. */
export function PutOff({ card }: { card: Card }) {
  return (
    <>
      <Decision card={card} kind="snooze" />
      <Decision card={card} kind="dismiss" />
    </>
  );
}

function Decision({ card, kind }: { card: Card; kind: "snooze" | "dismiss" }) {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(dayFromNow(1));
  const ref = { type: card.type, id: card.id };
  const refresh = () => client.invalidateQueries({ queryKey: trpc.priorities.pathKey() });
  const save = useMutation({
    mutationFn: () =>
      kind === "snooze"
        ? api.priorities.snooze.mutate({ ...ref, reason, until })
        : api.priorities.dismiss.mutate({ ...ref, reason }),
    onSuccess: () => {
      setOpen(false);
      const id = `put-off-${card.id}`;
      const undo = (): void => {
        notifications.hide(id);
        void api.priorities.undo.mutate(ref).then(refresh, showError);
      };
      notifications.show({
        id,
        autoClose: 10_000,
        message: (
          <Group justify="space-between" wrap="nowrap">
            {kind === "snooze" ? "Put off" : "Put away"}
            <Button size="compact-sm" variant="default" onClick={undo}>
              Undo
            </Button>
          </Group>
        ),
      });
    },
    onError: showError,
    onSettled: refresh,
  });
  const label = kind === "snooze" ? "Snooze" : "Dismiss";
  return (
    <Popover opened={isOpen} onChange={setOpen} width={260} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setOpen(!isOpen)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Stack gap="xs">
            {kind === "snooze" ? (
              <TextInput
                label="Until"
                type="date"
                required
                min={dayFromNow(1)}
                value={until}
                onChange={(event) => setUntil(event.currentTarget.value)}
              />
            ) : null}
            <TextInput
              label="Reason"
              required
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Button size="xs" type="submit" loading={save.isPending}>
              {label}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
