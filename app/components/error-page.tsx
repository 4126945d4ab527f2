import { Anchor, Button, Center, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@remix-run/react";

const WORDS: Record<number, { title: string; text: string }> = {
  403: {
    title: "Not for your role",
    text: "Your role does not include this screen. An administrator can change that.",
  },
  404: { title: "Nothing here", text: "There is no such page or record, or it is not shared with you." },
  429: { title: "A little slower", text: "Too many requests at once. Wait a moment and try again." },
  503: {
    title: "Back in a moment",
    text: "The database is not answering. What you typed in an open room is kept and will be saved.",
  },
};

/** What happened, what was kept, and what to do. */
export function ErrorPage({ status }: { status: number }) {
  const { title, text } = WORDS[status] ?? {
    title: "Something went wrong",
    text: "This is our mistake. Nothing that was shown as saved is lost.",
  };
  return (
    <Center mih="70vh" p="lg" component="main">
      <Stack gap="sm" maw={420}>
        <Text c="dimmed" size="sm">
          {status}
        </Text>
        <Title order={1}>{title}</Title>
        <Text>{text}</Text>
        <Group>
          <Button component={Link} to="/dashboard/crm">
            Command center
          </Button>
          <Anchor component="button" type="button" onClick={() => window.location.reload()}>
            Try again
          </Anchor>
        </Group>
      </Stack>
    </Center>
  );
}
