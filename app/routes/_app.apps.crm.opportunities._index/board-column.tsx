import { Button, HoverCard, Text, Title } from "@mantine/core";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { compactMoney } from "../../components/format.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { BoardCard } from "./board-card.tsx";
import type { Card, Column } from "./board.tsx";
import { cardsInput } from "./cards-input.ts";
import type { ListInput } from "./search-input.ts";

interface BoardColumnProps {
  column: Column;
  columns: Column[];
  input: ListInput;
  onMove(card: Card, to: Column): void;
}

/** A stage with its sums from the server; its cards page by themselves. */
export function BoardColumn({ column, columns, input, onMove }: BoardColumnProps) {
  const element = useRef<HTMLElement>(null);
  const [isOver, setOver] = useState(false);
  const cards = useInfiniteQuery(
    trpc.opportunities.list.infiniteQueryOptions(cardsInput(input, column.id), {
      getNextPageParam: (page) => page.nextCursor,
    }),
  );
  useEffect(
    () =>
      dropTargetForElements({
        element: element.current!,
        getData: () => ({ stageId: column.id }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
    [column.id],
  );
  const rows = cards.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section ref={element} className="board-column" data-over={isOver || undefined} aria-label={column.name}>
      <ColumnHead column={column} />
      {cards.isPending ? (
        <RowsSkeleton rows={3} />
      ) : cards.isError ? (
        <ErrorState error={cards.error} onRetry={() => void cards.refetch()} />
      ) : rows.length === 0 ? (
        <Text size="sm" c="dimmed" p={8}>
          Nothing here
        </Text>
      ) : (
        <ul className="plain-list board-cards">
          {rows.map((card) => (
            <li key={card.id}>
              <BoardCard card={card} column={column} columns={columns} onMove={onMove} />
            </li>
          ))}
        </ul>
      )}
      {cards.hasNextPage ? (
        <Button
          size="xs"
          variant="subtle"
          fullWidth
          loading={cards.isFetchingNextPage}
          onClick={() => void cards.fetchNextPage()}
        >
          More
        </Button>
      ) : null}
    </section>
  );
}

function ColumnHead({ column }: { column: Column }) {
  const { name, count, amountCents, weightedCents, stalled, meanDays, normDays, kind, criteria, guidance } = column;
  const isSlow = meanDays !== null && normDays !== null && meanDays > normDays;
  return (
    <header className="board-head">
      <HoverCard width={280} openDelay={300} disabled={criteria.length === 0}>
        <HoverCard.Target>
          <Title order={2} size="sm" tabIndex={criteria.length > 0 ? 0 : undefined}>
            {name}{" "}
            <Text span size="sm" c="dimmed" className="tabular">
              {count.toLocaleString("en-US")}
            </Text>
          </Title>
        </HoverCard.Target>
        <HoverCard.Dropdown>
          <Text size="xs" c="dimmed" mb={4}>
            {guidance}
          </Text>
          <Text size="xs" fw={600}>
            To leave it
          </Text>
          <ul className="plain-list">
            {criteria.map((label) => (
              <Text component="li" size="xs" key={label}>
                {label}
              </Text>
            ))}
          </ul>
        </HoverCard.Dropdown>
      </HoverCard>
      <Text size="xs" className="tabular">
        {compactMoney(amountCents)}
        {kind === "open" ? (
          <Text span size="xs" c="dimmed">
            {" "}
            · {compactMoney(weightedCents)} weighted
          </Text>
        ) : null}
      </Text>
      {kind === "open" ? (
        <Text
          size="xs"
          c={isSlow ? "orange.8" : "dimmed"}
          className="tabular board-pace"
          data-slow={isSlow || undefined}
        >
          {meanDays === null ? "No time yet" : `${meanDays} d on average`}
          {normDays === null ? "" : `, norm ${normDays} d`}
          {stalled > 0 ? ` · ${stalled} stalled` : ""}
        </Text>
      ) : null}
    </header>
  );
}
