import { Box, Button, Group, Table, Text } from "@mantine/core";
import { Link } from "@remix-run/react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

export interface Column<Row> {
  key: string;
  header: string;
  /** First column only: the record's own page. */
  href?: (row: Row) => string;
  render(row: Row): ReactNode;
  align?: "right";
  /** Hidden on phones. */
  isSecondary?: boolean;
  sort?: { isActive: boolean; isDescending: boolean; onToggle(): void };
}

interface RecordTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore(): void;
}

const ROW_HEIGHT = 44;

/** A list of any length: only the rows in view are in the page, and the next page is fetched before its end is reached. */
export function RecordTable<Row extends { id: string }>({
  label,
  columns,
  rows,
  hasMore,
  isLoadingMore,
  onMore,
}: RecordTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialRect: { width: 1000, height: 700 },
  });
  const visible = virtualizer.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastVisible >= rows.length - 15) onMore();
  }, [hasMore, isLoadingMore, lastVisible, rows.length, onMore]);

  const before = visible[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    <Box ref={scroller} className="record-table" tabIndex={0} role="region" aria-label={label}>
      <Table stickyHeader highlightOnHover verticalSpacing={8} aria-label={label} aria-rowcount={rows.length}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, header, align, isSecondary, sort }) => (
              <Table.Th
                key={key}
                ta={align}
                visibleFrom={isSecondary ? "sm" : undefined}
                aria-sort={sort?.isActive ? (sort.isDescending ? "descending" : "ascending") : undefined}
              >
                {sort ? (
                  <button type="button" className="sort-button" onClick={sort.onToggle}>
                    {header}
                    {sort.isActive ? (sort.isDescending ? " ↓" : " ↑") : ""}
                  </button>
                ) : (
                  header
                )}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {before > 0 ? <Spacer height={before} columns={columns.length} /> : null}
          {visible.map(({ index, key }) => {
            const row = rows[index]!;
            return (
              <Table.Tr key={key} style={{ height: ROW_HEIGHT }}>
                {columns.map((column) => (
                  <Table.Td key={column.key} ta={column.align} visibleFrom={column.isSecondary ? "sm" : undefined}>
                    {column.href ? (
                      <Link to={column.href(row)} prefetch="intent" className="record-link">
                        {column.render(row)}
                      </Link>
                    ) : (
                      column.render(row)
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          {after > 0 ? <Spacer height={after} columns={columns.length} /> : null}
        </Table.Tbody>
      </Table>
      {hasMore ? (
        <Group justify="center" p="sm">
          <Button variant="subtle" loading={isLoadingMore} onClick={onMore}>
            Load more
          </Button>
        </Group>
      ) : rows.length > 30 ? (
        <Text ta="center" size="xs" c="dimmed" p="sm">
          That is all.
        </Text>
      ) : null}
    </Box>
  );
}

const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <tr aria-hidden>
    <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
  </tr>
);
