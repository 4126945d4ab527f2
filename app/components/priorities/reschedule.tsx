import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../trpc.ts";
import { dayFromNow } from "../activity/days.ts";
import { showDone, showError } from "../notify.ts";
import type { Card } from "./card.tsx";

/** Another day for a task, or a deal's next step with its day. */
export function Reschedule({ card }: { card: Card }) {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [day, setDay] = useState(dayFromNow(1));
  const [step, setStep] = useState(card.nextStep ?? "");
  const isDeal = card.type === "opportunity";
  const save = useMutation({
    mutationFn: async () => {
      if (!isDeal) return api.tasks.reschedule.mutate({ taskId: card.id, dueOn: day });
      const changes = { nextStep: step.trim(), nextStepDue: day };
      return api.opportunities.update.mutate({ opportunityId: card.id, version: card.version ?? 1, changes });
    },
    onSuccess: () => {
      setOpen(false);
      showDone("Rescheduled");
    },
    onError: showError,
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Popover opened={isOpen} onChange={setOpen} width={260} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button size="compact-sm" variant="default" onClick={() => setOpen(!isOpen)}>
          {isDeal ? "Next step" : "Reschedule"}
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
            {isDeal ? (
              <TextInput
                label="Next step"
                required
                value={step}
                onChange={(event) => setStep(event.currentTarget.value)}
              />
            ) : null}
            <TextInput
              label="Due"
              type="date"
              required
              min={dayFromNow(0)}
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
            <Button size="xs" type="submit" loading={save.isPending}>
              Save
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
