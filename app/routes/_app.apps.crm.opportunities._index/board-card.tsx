import { ActionIcon, Badge, Group, Menu, Text, Tooltip } from "@mantine/core";
import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Link } from "@remix-run/react";
import { IconAlertTriangle, IconClockPause, IconDots } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Day, Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import type { Card, Column } from "./board.tsx";
import { QUALITY_LABELS } from "../../components/quality-labels.ts";

interface BoardCardProps {
  card: Card;
  column: Column;
  columns: Column[];
  onMove(card: Card, to: Column): void;
}

/** One deal. It is dragged, or moved by its menu, or with Shift and an arrow key. */
export function BoardCard({ card, column, columns, onMove }: BoardCardProps) {
  const element = useRef<HTMLDivElement>(null);
  const [isDragging, setDragging] = useState(false);
  const canWrite = useMe().can("opportunity:write");
  useEffect(() => {
    if (!canWrite) return undefined;
    return draggable({
      element: element.current!,
      getInitialData: () => ({ card }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [card, canWrite]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!canWrite || !event.shiftKey || (event.key !== "ArrowRight" && event.key !== "ArrowLeft")) return;
    event.preventDefault();
    const at = columns.findIndex(({ id }) => id === column.id);
    const to = columns[at + (event.key === "ArrowRight" ? 1 : -1)];
    if (to) onMove(card, to);
  };
  const broken = card.brokenQuality.map((rule) => QUALITY_LABELS[rule]).join(", ");
  return (
    <div
      ref={element}
      className="board-card"
      data-dragging={isDragging || undefined}
      data-stalled={card.isStalled || undefined}
    >
      <Group justify="space-between" wrap="nowrap" gap={4} align="flex-start">
        <Link
          to={`/apps/crm/opportunities/${card.id}`}
          prefetch="intent"
          className="record-link board-name"
          draggable={false}
          onKeyDown={onKeyDown}
          aria-keyshortcuts="Shift+ArrowRight Shift+ArrowLeft"
        >
          {card.name}
        </Link>
        {canWrite ? (
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Move ${card.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>Move to</Menu.Label>
              {columns
                .filter(({ id }) => id !== column.id)
                .map((to) => (
                  <Menu.Item key={to.id} onClick={() => onMove(card, to)}>
                    {to.name}
                  </Menu.Item>
                ))}
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {[card.accountName, card.ownerName].filter(Boolean).join(" · ")}
      </Text>
      <Group gap={8} mt={4} wrap="nowrap" justify="space-between">
        <Text size="sm" fw={600} component="span">
          <Money cents={card.amountCents} currency={card.currency} />
        </Text>
        <Group gap={6} wrap="nowrap">
          {card.isStalled ? (
            <Tooltip label={`Nothing has happened for more than ${column.idleDays} days`}>
              <Badge size="xs" color="orange" variant="light" leftSection={<IconClockPause size={10} aria-hidden />}>
                Stalled
              </Badge>
            </Tooltip>
          ) : null}
          {broken ? (
            <Tooltip label={broken}>
              <IconAlertTriangle size={14} className="mark-quality" aria-label={`Incomplete: ${broken}`} role="img" />
            </Tooltip>
          ) : null}
          <Text size="xs" c="dimmed" className="tabular">
            {Math.round(card.probability * 100)} %
          </Text>
        </Group>
      </Group>
      <Text size="xs" c="dimmed">
        <Day day={card.closeDate} />
        {card.nextStep ? ` · ${card.nextStep}` : ""}
      </Text>
    </div>
  );
}
