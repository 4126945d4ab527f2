import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { exactMoney, formatDay, When } from "../../components/format.tsx";
import { CATEGORIES } from "../../components/gate/forecast-field.tsx";
import type { Panel } from "../../components/gate/use-deal-writes.ts";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";

const LABELS = {
  stageId: "Stage",
  amountCents: "Amount",
  closeDate: "Close date",
  probability: "Probability",
  forecastCategory: "Forecast category",
  ownerId: "Owner",
} as const;

function say(field: keyof typeof LABELS, value: string | number | null, currency: string): string {
  if (value === null) return "none";
  if (field === "amountCents") return exactMoney(Number(value), currency);
  if (field === "closeDate") return formatDay(String(value));
  if (field === "probability") return `${Math.round(Number(value) * 100)} %`;
  if (field === "forecastCategory") return CATEGORIES.find((one) => one.value === value)?.label ?? String(value);
  return String(value);
}

/** "12 days", "5 hours". */
function duration(seconds: number): string {
  const [size, unit] = seconds >= 86_400 ? [86_400, "day"] : seconds >= 3_600 ? [3_600, "hour"] : [60, "minute"];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Each stage with the time spent in it, and each change of the main fields with before, after and why. */
export function HistoryPanel({ panel }: { panel: Panel }) {
  const { deal, history } = panel;
  const changes = useQuery(trpc.opportunities.fieldHistory.queryOptions({ opportunityId: deal.id }));
  return (
    <section className="panel" aria-labelledby="history">
      <Title order={2} id="history" mb="xs">
        History
      </Title>
      <Title order={3} mb={4}>
        Stages
      </Title>
      <Stack gap={4} component="ol" className="plain-list" mb="sm">
        {history.map((move) => (
          <Text component="li" size="sm" key={move.id}>
            {move.fromName ? `${move.fromName} → ${move.toName}` : `Started in ${move.toName}`}
            {move.durationSeconds === null ? "" : ` after ${duration(move.durationSeconds)}`}
            <Text span size="xs" c="dimmed">
              {" · "}
              {move.actorName ?? "Ringside"} · <When at={move.movedAt} />
              {move.reason ? ` · ${move.reason}` : ""}
              {move.waived.length > 0 ? ` · waived: ${move.waived.join(", ")}` : ""}
            </Text>
          </Text>
        ))}
      </Stack>
      <Title order={3} mb={4}>
        Changes
      </Title>
      {changes.isPending ? (
        <RowsSkeleton rows={2} />
      ) : changes.isError ? (
        <ErrorState error={changes.error} onRetry={() => void changes.refetch()} />
      ) : changes.data.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has been changed yet.
        </Text>
      ) : (
        <Stack gap={4} component="ol" className="plain-list">
          {changes.data.map((change) => (
            <Text component="li" size="sm" key={`${change.id} ${change.field}`}>
              {LABELS[change.field]}: {say(change.field, change.before, deal.currency)} →{" "}
              {say(change.field, change.after, deal.currency)}
              <Text span size="xs" c="dimmed">
                {" · "}
                {change.personName ?? "Ringside"} · <When at={change.at} />
                {change.note ? ` · ${change.note}` : ""}
              </Text>
            </Text>
          ))}
        </Stack>
      )}
    </section>
  );
}
