import { Text, UnstyledButton } from "@mantine/core";
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";

/** A number that opens the rows it was computed from. */
export function Figure({
  label,
  value,
  detail,
  to,
  onOpen,
  isWarning = false,
}: {
  label: string;
  value: ReactNode;
  detail: ReactNode;
  to?: string;
  onOpen?(): void;
  isWarning?: boolean;
}) {
  const content = (
    <>
      <Text size="xs" c="dimmed" component="div">
        {label}
      </Text>
      <Text size="xl" fw={650} component="div" className={isWarning ? "figure-warning" : undefined}>
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {detail}
      </Text>
    </>
  );
  return to ? (
    <Link to={to} className="panel figure" prefetch="intent">
      {content}
    </Link>
  ) : (
    <UnstyledButton className="panel figure" onClick={onOpen}>
      {content}
    </UnstyledButton>
  );
}
