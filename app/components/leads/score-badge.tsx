import { Badge, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import type { Outputs } from "../../client-navigation.ts";

type Breakdown = Outputs["leads"]["list"]["rows"][number]["scoreBreakdown"];

const signed = (points: number): string => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);
const colorOf = (score: number): string => (score >= 70 ? "green" : score >= 40 ? "yellow" : "gray");

/** The score, and on demand what it is made of. */
export function ScoreBadge({ score, breakdown }: { score: number; breakdown: Breakdown }) {
  return (
    <Popover width={320} position="bottom-start" withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton aria-label={`Score ${score} of 100: show what it is made of`}>
          <Badge variant="light" color={colorOf(score)} className="tabular">
            {score}
          </Badge>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <ScoreFactors breakdown={breakdown} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Points per factor, and the sentence. */
export function ScoreFactors({ breakdown }: { breakdown: Breakdown }) {
  if (!breakdown) return <Text size="sm">Not scored yet.</Text>;
  return (
    <Stack gap={6}>
      <Text size="sm">{breakdown.sentence}</Text>
      {breakdown.factors.length > 0 ? (
        <table className="factors">
          <thead>
            <tr>
              <th scope="col">Factor</th>
              <th scope="col">Points</th>
            </tr>
          </thead>
          <tbody>
            {breakdown.factors.map((factor) => (
              <tr key={factor.key}>
                <td>
                  {factor.label}
                  <Text size="xs" c="dimmed" className="break">
                    {factor.evidence}
                  </Text>
                </td>
                <td className="tabular">{signed(factor.points)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <Text size="xs" c="dimmed">
        Rules, version {breakdown.ruleVersion}
      </Text>
    </Stack>
  );
}
