import { Button, Center, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { errorInfo } from "../trpc.ts";

/** An empty place says what belongs here and offers the first act. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Center py={48} px="md">
      <Stack gap="xs" align="center" maw={420} ta="center">
        <Title order={2}>{title}</Title>
        {children ? <Text c="dimmed">{children}</Text> : null}
        {action}
      </Stack>
    </Center>
  );
}

const WORDS: Record<string, string> = {
  not_found: "There is no such record, or it is not shared with you.",
  forbidden: "Your role does not include this.",
  limit: "Too many requests at once. Wait a moment and try again.",
  unavailable: "The server cannot answer just now. Nothing you saved is lost.",
};

/** What happened and what to do. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const info = errorInfo(error);
  const text =
    (info?.domain && WORDS[info.domain]) ??
    (info ? "Something went wrong on the server." : "The server did not answer. Check your connection.");
  return (
    <Center py={48} role="alert">
      <Stack gap="xs" align="center" maw={420} ta="center">
        <Title order={2}>{info?.domain === "not_found" ? "Nothing here" : "This did not work"}</Title>
        <Text c="dimmed">{text}</Text>
        {info?.requestId ? (
          <Text size="xs" c="dimmed">
            Request {info.requestId}
          </Text>
        ) : null}
        {onRetry ? (
          <Button variant="light" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </Stack>
    </Center>
  );
}

export function RowsSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <Stack gap={10} py="sm" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={34} radius="sm" />
      ))}
    </Stack>
  );
}
