import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

interface Conflict {
  /** `details` of the server's refusal: its version, and its values of the fields in question. */
  details: Record<string, unknown>;
  onOverwrite(version: number): void;
}

/** Somebody else changed the same field first: shows the value and lets the person choose. */
export function askAboutConflict({ details, onOverwrite }: Conflict): void {
  const server = Object.entries((details.server ?? {}) as Record<string, unknown>);
  const id = notifications.show({
    color: "yellow",
    title: "Somebody changed this before you",
    autoClose: false,
    message: (
      <>
        {server.map(([field, value]) => (
          <Text key={field} size="sm">
            {field} is now: {value === null ? "empty" : String(value)}
          </Text>
        ))}
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" onClick={() => notifications.hide(id)}>
            Keep theirs
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              onOverwrite(Number(details.version));
            }}
          >
            Use mine
          </Button>
        </Group>
      </>
    ),
  });
}
