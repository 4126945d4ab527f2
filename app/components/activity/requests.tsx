import { Button, Group, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../../trpc.ts";
import { Day, When } from "../format.tsx";
import { useMe } from "../me.tsx";
import { showDone, showError } from "../notify.ts";
import { dayFromNow, fromLocalInput } from "./days.ts";

const FUNCTIONS = [
  { value: "technical", label: "Technical team" },
  { value: "sales_manager", label: "Your sales manager" },
  { value: "customer_success", label: "Customer success" },
];

/** What colleagues were asked about the deal, and their answers. */
export function Requests({ opportunityId }: { opportunityId: string }) {
  const me = useMe();
  const [isAsking, setAsking] = useState(false);
  const requests = useQuery(trpc.tasks.requests.queryOptions({ opportunityId }));
  const rows = requests.data ?? [];
  return (
    <section className="panel" aria-labelledby="requests">
      <Group justify="space-between" mb={rows.length > 0 ? "xs" : 0}>
        <Title order={2} id="requests">
          Questions to colleagues
        </Title>
        {me.can("task:write") ? (
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>
            Ask a colleague
          </Button>
        ) : null}
      </Group>
      <Stack gap="sm">
        {rows.map(({ request, name, dueOn }) => (
          <div key={request.taskId}>
            <Text size="sm" fw={600}>
              {request.text}
            </Text>
            <Text size="xs" c="dimmed">
              {request.kind === "demo" ? "Demo" : "Question"} to {name} ·{" "}
              {request.answeredAt ? (
                <When at={request.answeredAt} />
              ) : (
                <>
                  due <Day day={dueOn} />
                </>
              )}
            </Text>
            {request.answer ? <Text size="sm">{request.answer}</Text> : null}
          </div>
        ))}
      </Stack>
      {isAsking ? <AskModal opportunityId={opportunityId} onClose={() => setAsking(false)} /> : null}
    </section>
  );
}

function AskModal({ opportunityId, onClose }: { opportunityId: string; onClose(): void }) {
  const client = useQueryClient();
  const [kind, setKind] = useState("question");
  const [to, setTo] = useState<string>("technical");
  const [text, setText] = useState("");
  const [dueOn, setDueOn] = useState(dayFromNow(2));
  const [slots, setSlots] = useState([`${dayFromNow(3)}T10:00`, `${dayFromNow(4)}T10:00`]);
  const people = useQuery({ ...trpc.users.list.queryOptions(), staleTime: 300_000 });
  const ask = useMutation(
    trpc.tasks.ask.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} was asked`);
        onClose();
      },
      onError: showError,
      onSettled: () => client.invalidateQueries(),
    }),
  );
  const isFunction = FUNCTIONS.some(({ value }) => value === to);
  return (
    <Modal opened onClose={onClose} title="Ask a colleague">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate({
            ...{ opportunityId, kind: kind as "question", text, dueOn },
            ...(isFunction ? { toFunction: to as "technical" } : { toUserId: to }),
            slots: kind === "demo" ? slots.filter(Boolean).map(fromLocalInput) : [],
          });
        }}
      >
        <Stack gap="sm">
          <SegmentedControl
            aria-label="What you ask for"
            data={[
              { value: "question", label: "An answer" },
              { value: "demo", label: "A demo" },
            ]}
            value={kind}
            onChange={setKind}
          />
          <Select
            label="Whom"
            searchable
            allowDeselect={false}
            data={[
              { group: "A team", items: FUNCTIONS },
              {
                group: "A person",
                items: (people.data ?? []).map((person) => ({ value: person.id, label: person.name })),
              },
            ]}
            value={to}
            onChange={(value) => setTo(value ?? "technical")}
          />
          <Textarea
            label={kind === "demo" ? "Requirements" : "Question"}
            required
            autosize
            minRows={3}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {kind === "demo"
            ? slots.map((slot, index) => (
                <TextInput
                  key={index}
                  label={`Proposed time ${index + 1}`}
                  type="datetime-local"
                  value={slot}
                  onChange={(event) => {
                    const value = event.currentTarget.value;
                    setSlots((old) => old.map((one, at) => (at === index ? value : one)));
                  }}
                />
              ))
            : null}
          <TextInput
            label="Answer by"
            type="date"
            required
            min={dayFromNow(0)}
            value={dueOn}
            onChange={(event) => setDueOn(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={ask.isPending}>
              Ask
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
