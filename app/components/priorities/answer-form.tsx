import { Button, Popover, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../trpc.ts";
import { showDone, showError } from "../notify.ts";
import type { Card } from "./card.tsx";

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** Answers a colleague's request in place; of a demo, books one of the proposed times. */
export function AnswerForm({ card }: { card: Card }) {
  const client = useQueryClient();
  const slots = (card.slots ?? []).map((slot) => ({ value: slot, label: moment.format(new Date(slot)) }));
  const isBooking = card.requestKind === "demo" && slots.length > 0;
  const [isOpen, setOpen] = useState(false);
  const [answer, setAnswer] = useState("");
  const [slot, setSlot] = useState(slots[0]?.value ?? "");
  const [place, setPlace] = useState("");
  const save = useMutation({
    mutationFn: async () => {
      if (isBooking) await api.tasks.bookDemo.mutate({ taskId: card.id, startsAt: slot, place: place.trim() || null });
      else await api.tasks.answerRequest.mutate({ taskId: card.id, answer });
    },
    onSuccess: () => {
      setOpen(false);
      showDone(isBooking ? "Demo booked" : "Answered");
    },
    onError: showError,
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Popover opened={isOpen} onChange={setOpen} width={320} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button size="compact-sm" variant="light" onClick={() => setOpen(!isOpen)}>
          {isBooking ? "Book" : "Answer"}
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
            {isBooking ? (
              <>
                <Select
                  label="Time"
                  data={slots}
                  value={slot}
                  allowDeselect={false}
                  comboboxProps={{ withinPortal: false }}
                  onChange={(value) => setSlot(value ?? "")}
                />
                <TextInput
                  label="Place or link"
                  value={place}
                  onChange={(event) => setPlace(event.currentTarget.value)}
                />
              </>
            ) : (
              <Textarea
                label="Answer"
                autosize
                minRows={3}
                required
                value={answer}
                onChange={(event) => setAnswer(event.currentTarget.value)}
              />
            )}
            <Button size="xs" type="submit" loading={save.isPending}>
              {isBooking ? "Book" : "Answer"}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
