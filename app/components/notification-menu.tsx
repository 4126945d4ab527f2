import { ActionIcon, Indicator, Popover, ScrollArea, Stack, Text, UnstyledButton } from "@mantine/core";
import { Link } from "@remix-run/react";
import { IconBell } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../trpc.ts";
import { When } from "./format.tsx";

/** The bell: the latest fifty, unread ones marked; opening a row reads it. */
export function NotificationMenu() {
  const [isOpen, setOpen] = useState(false);
  const list = useQuery(trpc.notifications.list.queryOptions());
  const markRead = useMutation(trpc.notifications.markRead.mutationOptions());
  const unread = list.data?.unreadCount ?? 0;
  return (
    <Popover opened={isOpen} onChange={setOpen} width={360} position="bottom-end" shadow="md" trapFocus>
      <Indicator disabled={unread === 0} label={unread} size={16} offset={4} color="red">
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            onClick={() => setOpen(!isOpen)}
            aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}
          >
            <IconBell size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0}>
        <ScrollArea.Autosize mah={420}>
          {list.data?.rows.length ? (
            <Stack gap={0}>
              {list.data.rows.map((row) => (
                <UnstyledButton
                  key={row.id}
                  component={Link}
                  to={row.href}
                  className="notification"
                  data-unread={row.readAt === null || undefined}
                  onClick={() => {
                    setOpen(false);
                    if (row.readAt === null) markRead.mutate({ notificationIds: [row.id] });
                  }}
                >
                  <Text size="sm" fw={row.readAt === null ? 600 : 400}>
                    {row.title}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {row.body} · <When at={row.createdAt} />
                  </Text>
                </UnstyledButton>
              ))}
            </Stack>
          ) : (
            <Text c="dimmed" p="md" size="sm">
              Nothing yet. You hear here when coaching concerns you.
            </Text>
          )}
        </ScrollArea.Autosize>
        {unread > 0 ? (
          <UnstyledButton className="notification" onClick={() => markRead.mutate({})}>
            <Text size="sm" c="ink">
              Mark all as read
            </Text>
          </UnstyledButton>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
