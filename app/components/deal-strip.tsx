import { Badge, Button, Group, Popover, Stack, Text, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Outputs } from "../client-navigation.ts";
import { trpc } from "../trpc.ts";
import { dayFromNow } from "./activity/days.ts";
import { Day } from "./format.tsx";
import { useMe } from "./me.tsx";
import { showDone, showError } from "./notify.ts";
import { FactorList } from "./priorities/card.tsx";

type Deal = Outputs["opportunities"]["panel"]["deal"];

/** What an open deal needs to be seen by first: its dated next step, its health with reasons, how often we spoke. */
export function DealStrip({ deal }: { deal: Deal }) {
  const touchpoints = useQuery(trpc.activities.touchpoints.queryOptions({ opportunityId: deal.id }));
  const weeks = touchpoints.data?.weeks ?? [];
  const isLate = deal.nextStepDue !== null && deal.nextStepDue < dayFromNow(0);
  return (
    <Group className="panel deal-strip" mb="md" gap="lg" justify="space-between">
      <div className="shrink">
        <Text size="xs" c="dimmed">
          Next step
        </Text>
        {deal.nextStep ? (
          <Text fw={600}>
            {deal.nextStep},{" "}
            <Text span inherit className={isLate ? "figure-warning" : undefined} suppressHydrationWarning>
              <Day day={deal.nextStepDue} />
            </Text>
          </Text>
        ) : (
          <Text fw={600} className="figure-warning">
            None yet: enter one with its date
          </Text>
        )}
      </div>
      <Group gap="lg">
        <div>
          <Text size="xs" c="dimmed">
            Touchpoints this week
          </Text>
          <Text fw={600} className="tabular">
            {weeks[0] ?? 0}{" "}
            <Text span size="xs" c="dimmed">
              before: {weeks.slice(1).join(", ")}
            </Text>
          </Text>
        </div>
        <Health deal={deal} />
      </Group>
    </Group>
  );
}

function Health({ deal }: { deal: Deal }) {
  const me = useMe();
  const health = useQuery(trpc.priorities.health.queryOptions({ opportunityId: deal.id }));
  if (!health.data) return null;
  const { score, isAtRisk, factors, manualReason, judgeName } = health.data;
  return (
    <Popover width={380} position="bottom-end" withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton>
          <Text size="xs" c="dimmed">
            Health
          </Text>
          <Group gap={6}>
            <Text fw={600} className="tabular">
              {score}
              <VisuallyHidden> of 100</VisuallyHidden>
            </Text>
            {isAtRisk ? (
              <Badge size="sm" color="grape" variant="light">
                At risk
              </Badge>
            ) : null}
          </Group>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown mah="60vh" className="scroll">
        <Stack gap="sm">
          {manualReason ? (
            <Text size="sm">
              {judgeName} marked it {isAtRisk ? "at risk" : "safe"}: {manualReason}
            </Text>
          ) : null}
          {factors.length > 0 ? (
            <FactorList factors={factors} />
          ) : (
            <Text size="sm">No rule takes points from this deal.</Text>
          )}
          {me.can("opportunity:write") ? (
            <Judge deal={deal} isByHand={manualReason !== null} isAtRisk={isAtRisk} />
          ) : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** One's own judgement before the score, with its reason. */
function Judge({ deal, isByHand, isAtRisk }: { deal: Deal; isByHand: boolean; isAtRisk: boolean }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const judge = useMutation(
    trpc.priorities.judge.mutationOptions({
      onSuccess: () => showDone("Saved"),
      onError: showError,
      onSettled: () => client.invalidateQueries({ queryKey: trpc.priorities.pathKey() }),
    }),
  );
  const decide = (value: boolean | null): void =>
    judge.mutate({ opportunityId: deal.id, isAtRisk: value, reason: value === null ? "" : reason });
  return isByHand ? (
    <Button size="xs" variant="default" loading={judge.isPending} onClick={() => decide(null)}>
      Leave it to the rules again
    </Button>
  ) : (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        size="xs"
        label="Your judgement"
        placeholder="Why"
        className="grow"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" loading={judge.isPending} onClick={() => decide(!isAtRisk)}>
        {isAtRisk ? "Mark safe" : "Mark at risk"}
      </Button>
    </Group>
  );
}
