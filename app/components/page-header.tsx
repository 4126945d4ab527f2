import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Title of a screen, what it holds, and its main acts. */
export function PageHeader({
  title,
  detail,
  children,
}: {
  title: ReactNode;
  detail?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div>
        <Title order={1}>{title}</Title>
        {detail ? (
          <Text c="dimmed" size="sm" component="div">
            {detail}
          </Text>
        ) : null}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}

/** At most the cap: "1,000+". */
export const countText = (count: number | null | undefined): string =>
  count == null ? "" : count > 1000 ? "1,000+" : count.toLocaleString("en-US");
