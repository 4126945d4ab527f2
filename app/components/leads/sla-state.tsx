import { Badge, Group, Text } from "@mantine/core";
import { When } from "../format.tsx";

const WORDS = {
  due: { label: "Due", color: "blue" },
  at_risk: { label: "At risk", color: "orange" },
  met: { label: "Met", color: "green" },
  breached: { label: "Breached", color: "red" },
  none: { label: "No SLA", color: "gray" },
} as const;

/** State of the clock to the first touch, with the time that matters; never by colour alone. */
export function SlaState({
  state,
  dueAt,
  firstTouchAt,
}: {
  state: keyof typeof WORDS;
  dueAt: string | null;
  firstTouchAt: string | null;
}) {
  const { label, color } = WORDS[state];
  const at = state === "met" ? firstTouchAt : dueAt;
  return (
    <Group gap={6} wrap="nowrap">
      <Badge variant="light" color={color} size="sm" className="no-shrink">
        {label}
      </Badge>
      {at ? (
        <Text size="xs" c="dimmed" component="span" truncate>
          <When at={at} />
        </Text>
      ) : null}
    </Group>
  );
}
