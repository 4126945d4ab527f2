import { Chip, Group, Input, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../trpc.ts";

export interface Choice {
  kind: "call" | "email" | "meeting" | "visit" | "note";
  kindLabel: string;
  outcome?: string;
  nextStep?: string;
  nextStepDays?: number;
}

const KINDS: Record<string, string> = { call: "Call", email: "E-mail", meeting: "Meeting", visit: "Visit" };
const NOTE: Choice = { kind: "note", kindLabel: "Note" };

/** Kind and outcome in one tap. */
export function OutcomePicker({
  value,
  onChange,
  error,
}: {
  value: Choice | undefined;
  onChange(choice: Choice): void;
  error?: string | undefined;
}) {
  const outcomes = useQuery({ ...trpc.activities.outcomes.queryOptions(), staleTime: 300_000 });
  const choices: Choice[] = [
    ...(outcomes.data ?? []).map(({ label, ...rest }) => ({ ...rest, outcome: label, kindLabel: KINDS[rest.kind]! })),
    NOTE,
  ];
  const keyOf = ({ kind, outcome }: Choice): string => `${kind}|${outcome ?? ""}`;
  return (
    <Input.Wrapper label="How it went" error={error} role="radiogroup" labelElement="div">
      <Chip.Group
        value={value ? keyOf(value) : null}
        onChange={(key) => {
          const choice = choices.find((one) => keyOf(one) === key);
          if (choice) onChange(choice);
        }}
      >
        <Stack gap={6} mt={4}>
          {[...Object.entries(KINDS), ["note", "Note"] as const].map(([kind, label]) => (
            <Group key={kind} gap={6}>
              <Text size="xs" c="dimmed" w={56}>
                {label}
              </Text>
              {choices
                .filter((choice) => choice.kind === kind)
                .map((choice) => (
                  <Chip
                    key={keyOf(choice)}
                    value={keyOf(choice)}
                    size="xs"
                    variant="light"
                    aria-label={[label, choice.outcome].filter(Boolean).join(": ")}
                  >
                    {choice.outcome ?? "No outcome needed"}
                  </Chip>
                ))}
            </Group>
          ))}
        </Stack>
      </Chip.Group>
    </Input.Wrapper>
  );
}
