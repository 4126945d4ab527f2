import { Progress, Text } from "@mantine/core";
import { relativeTime } from "../format.tsx";

interface DueBarProps {
  createdAt: string;
  dueAt: string;
  /** Answered items show no clock. */
  isRunning: boolean;
}

/** Time left until the answer is due, as a bar that warms as it shrinks; never by colour alone. */
export function DueBar({ createdAt, dueAt, isRunning }: DueBarProps) {
  if (!isRunning) return null;
  const due = new Date(dueAt);
  const whole = due.getTime() - new Date(createdAt).getTime();
  const left = Math.max(0, Math.min(1, (due.getTime() - Date.now()) / whole));
  const color = left === 0 ? "red" : left < 0.25 ? "orange" : left < 0.5 ? "yellow" : "teal";
  return (
    <div className="due-bar" suppressHydrationWarning>
      <Progress value={left === 0 ? 100 : left * 100} color={color} size={4} aria-hidden />
      <Text size="xs" c={left === 0 ? "red" : "dimmed"} suppressHydrationWarning>
        {left === 0 ? "Overdue, was due" : "Due"} {relativeTime(due)}
      </Text>
    </div>
  );
}
