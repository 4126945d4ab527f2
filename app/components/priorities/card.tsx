import { Anchor, Badge, Button, Group, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Outputs } from "../../client-navigation.ts";
import { trpc } from "../../trpc.ts";
import { NameOutcome } from "../activity/name-outcome.tsx";
import { formatDay, Money } from "../format.tsx";
import { showDone, showError } from "../notify.ts";
import { useQuickCreate } from "../quick-create.tsx";
import { AnswerForm } from "./answer-form.tsx";
import { PutOff } from "./put-off.tsx";
import { Reschedule } from "./reschedule.tsx";

export type Card = Outputs["priorities"]["feed"]["cards"][number];

const BANDS = [
  { label: "Late", color: "red" },
  { label: "Today", color: "orange" },
  { label: "At risk", color: "grape" },
  { label: "To put in order", color: "gray" },
] as const;

/** One thing to do: why it is here, the action it wants, what makes it go away, and the ways to do it in place. */
export function PriorityCard({ card, showsOwner }: { card: Card; showsOwner: boolean }) {
  const band = BANDS[card.band];
  return (
    <article className="priority-card" aria-label={`${card.rule}: ${card.title}`}>
      <Group justify="space-between" wrap="nowrap" gap="sm" align="flex-start">
        <div className="shrink">
          <Group gap={6} mb={2}>
            <Badge size="sm" variant="light" color={band.color}>
              {band.label}
            </Badge>
            <Text size="xs" fw={600}>
              {card.rule}
            </Text>
            {card.due ? (
              <Text size="xs" c="dimmed">
                {formatDay(card.due)}
              </Text>
            ) : null}
          </Group>
          <Anchor component={Link} to={card.href} fw={600} className="record-link" prefetch="intent">
            {card.title}
          </Anchor>
          <Text size="xs" c="dimmed">
            {[
              card.recordName,
              card.stageName,
              showsOwner ? card.ownerName : null,
              card.score === undefined ? null : `health ${card.score}`,
            ]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </div>
        {card.amountCents > 0 ? (
          <Text fw={600} component="div">
            <Money cents={card.amountCents} />
          </Text>
        ) : null}
      </Group>
      <Text size="sm" mt={4}>
        {card.why}
      </Text>
      <Text size="sm">
        <b>Do:</b> {card.action}
      </Text>
      <Group gap="xs" mt={6} justify="space-between">
        <Text size="xs" c="dimmed">
          Goes away when: {card.clears}
        </Text>
        {card.factors.length > 0 ? <Factors factors={card.factors} /> : null}
      </Group>
      <CardActions card={card} />
    </article>
  );
}

function Factors({ factors }: { factors: Card["factors"] }) {
  return (
    <Popover width={340} position="bottom-end" withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton>
          <Text size="xs" td="underline">
            {factors.length === 1 ? "1 factor" : `${factors.length} factors`}
          </Text>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <FactorList factors={factors} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The rules that take points from a deal's health, each with what it rests on. */
export function FactorList({ factors }: { factors: Card["factors"] }) {
  return (
    <Stack gap="sm">
      {factors.map((factor) => (
        <div key={factor.rule}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" fw={600}>
              {factor.name}
            </Text>
            <Text size="sm" className="tabular">
              −{factor.points}
            </Text>
          </Group>
          <Text size="sm">{factor.reason}</Text>
          {factor.evidence.map((one, index) => (
            <Text key={index} size="xs" c="dimmed">
              <Anchor component={Link} to={`/open/${one.type}/${one.id}`} size="xs">
                {one.label}
              </Anchor>
              : “{one.quote}”
            </Text>
          ))}
          <Text size="xs" c="dimmed">
            Ends when: {factor.clears}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function CardActions({ card }: { card: Card }) {
  const { open } = useQuickCreate();
  const client = useQueryClient();
  const setDone = useMutation(
    trpc.tasks.setDone.mutationOptions({
      onSuccess: () => showDone("Done"),
      onError: showError,
      onSettled: () => client.invalidateQueries(),
    }),
  );
  const record = card.opportunityId ? { opportunityId: card.opportunityId } : {};
  return (
    <Group gap={6} mt="xs">
      {card.type === "activity" ? <NameOutcome activityId={card.id} kind={card.kind ?? "call"} /> : null}
      {card.type === "task" && card.requestKind ? <AnswerForm card={card} /> : null}
      {card.type === "task" && !card.requestKind ? (
        <Button
          size="compact-sm"
          variant="light"
          loading={setDone.isPending}
          onClick={() => setDone.mutate({ taskId: card.id, isDone: true })}
        >
          Done
        </Button>
      ) : null}
      {card.type === "coaching_item" ? (
        <Button size="compact-sm" variant="light" component={Link} to={card.href}>
          Read and acknowledge
        </Button>
      ) : null}
      {card.type === "lead" ? (
        <Button size="compact-sm" variant="light" component={Link} to={card.href}>
          Contact the lead
        </Button>
      ) : null}
      {card.opportunityId && card.type !== "activity" ? (
        <>
          <Button size="compact-sm" variant="default" onClick={() => open("activity", record)}>
            Log
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => open("task", { ...record, kind: "call" })}>
            Call
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => open("task", record)}>
            Create task
          </Button>
        </>
      ) : null}
      {card.type === "task" || card.type === "opportunity" ? <Reschedule card={card} /> : null}
      <PutOff card={card} />
    </Group>
  );
}
