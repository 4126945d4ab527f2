import { Accordion, Box, Table, Text } from "@mantine/core";
import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Outputs } from "../../client-navigation.ts";
import { useMove } from "../../components/gate/use-move.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { trpc } from "../../trpc.ts";
import { BoardColumn } from "./board-column.tsx";
import { cardsInput } from "./cards-input.ts";
import { toBoardInput, type ListInput } from "./search-input.ts";

export type Card = Outputs["opportunities"]["list"]["rows"][number];
export type Column = Outputs["opportunities"]["board"]["columns"][number];
type Pages = InfiniteData<Outputs["opportunities"]["list"], string | null>;

/** The pipeline as columns: cards are moved by hand or by keyboard, and every move meets the stage's gate. */
export default function Board({ input }: { input: ListInput }) {
  const client = useQueryClient();
  const board = useQuery(trpc.opportunities.board.queryOptions(toBoardInput(input)));
  const { move, element } = useMove();
  const columns = board.data?.columns ?? [];

  const start = (card: Card, to: Column): void => {
    if (card.stageId === to.id) return;
    const keyOf = (stageId: string) => trpc.opportunities.list.infiniteQueryKey(cardsInput(input, stageId));
    const [fromKey, toKey] = [keyOf(card.stageId), keyOf(to.id)];
    move({
      ...{ opportunityId: card.id, name: card.name, version: card.version, fromKind: card.stageKind, to },
      onStart() {
        const before = [fromKey, toKey].map((key) => [key, client.getQueryData(key)] as const);
        const change = (key: typeof fromKey, rows: (rows: Card[], isFirst: boolean) => Card[]): void =>
          void client.setQueryData(key, (old: Pages | undefined) =>
            old
              ? { ...old, pages: old.pages.map((page, index) => ({ ...page, rows: rows(page.rows, index === 0) })) }
              : old,
          );
        change(fromKey, (rows) => rows.filter(({ id }) => id !== card.id));
        const moved: Card = { ...card, stageId: to.id, stageName: to.name, stageKind: to.kind };
        change(toKey, (rows, isFirst) => (isFirst ? [moved, ...rows.filter(({ id }) => id !== card.id)] : rows));
        return () => {
          for (const [key, data] of before) client.setQueryData(key, data);
        };
      },
    });
  };
  const latest = useRef({ columns, start });
  latest.current = { columns, start };
  useEffect(
    () =>
      monitorForElements({
        onDrop({ source, location }) {
          const stageId = location.current.dropTargets[0]?.data.stageId;
          const to = latest.current.columns.find(({ id }) => id === stageId);
          if (to && source.data.card) latest.current.start(source.data.card as Card, to);
        },
      }),
    [],
  );

  if (board.isPending) return <RowsSkeleton />;
  if (board.isError) return <ErrorState error={board.error} onRetry={() => void board.refetch()} />;
  return (
    <>
      {element}
      <Box className="board" role="region" aria-label="Board" tabIndex={0}>
        {columns.map((column) => (
          <BoardColumn key={column.id} column={column} columns={columns} input={input} onMove={start} />
        ))}
      </Box>
      <StageTimes pipelineId={board.data.pipelineId} />
    </>
  );
}

const days = (value: number | null): string => (value === null ? "No data" : `${value} d`);

/** Where deals stay long and where they stop: time in stage and share that goes on, of the last year. */
function StageTimes({ pipelineId }: { pipelineId: string }) {
  const times = useQuery(trpc.opportunities.stageTimes.queryOptions({ pipelineId }));
  return (
    <Accordion variant="contained" mt="md">
      <Accordion.Item value="times">
        <Accordion.Control>Time in stage and conversion, last 12 months</Accordion.Control>
        <Accordion.Panel>
          {times.isError ? <ErrorState error={times.error} onRetry={() => void times.refetch()} /> : null}
          <Table.ScrollContainer minWidth={520}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Stage</Table.Th>
                  <Table.Th ta="right">Moves out of it</Table.Th>
                  <Table.Th ta="right">Went on</Table.Th>
                  <Table.Th ta="right">Lost</Table.Th>
                  <Table.Th ta="right">Mean time</Table.Th>
                  <Table.Th ta="right">Median time</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody className="tabular">
                {(times.data ?? []).map((row) => (
                  <Table.Tr key={row.stageId}>
                    <Table.Td>{row.stageName}</Table.Td>
                    <Table.Td ta="right">{row.moves}</Table.Td>
                    <Table.Td ta="right">
                      {row.conversion === null ? "No data" : `${Math.round(row.conversion * 100)} %`}
                    </Table.Td>
                    <Table.Td ta="right">{row.lost}</Table.Td>
                    <Table.Td ta="right">{days(row.meanDays)}</Table.Td>
                    <Table.Td ta="right">{days(row.medianDays)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <Text size="xs" c="dimmed">
            Went on = moves to a later open stage or to won / all moves out of the stage.
          </Text>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
