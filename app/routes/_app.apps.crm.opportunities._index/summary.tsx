import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Outputs } from "../../client-navigation.ts";
import { compactMoney } from "../../components/format.tsx";
import { countText } from "../../components/page-header.tsx";
import { trpc } from "../../trpc.ts";
import { toBoardInput, type ListInput } from "./search-input.ts";

interface SummaryProps {
  input: ListInput;
  isBoard: boolean;
  initial: Outputs["opportunities"]["list"] | undefined;
}

/** Number and sums of what the filters leave, as the list or the board below counts them. */
export function Summary({ input, isBoard, initial }: SummaryProps) {
  const board = useQuery({ ...trpc.opportunities.board.queryOptions(toBoardInput(input)), enabled: isBoard });
  const list = useListQuery(input, initial, !isBoard);
  const open = board.data?.columns.filter(({ kind }) => kind === "open") ?? [];
  const sum = (pick: (column: (typeof open)[number]) => number): number =>
    open.reduce((total, column) => total + pick(column), 0);
  const summary = isBoard
    ? board.data && {
        count: sum(({ count }) => count),
        amountCents: sum(({ amountCents }) => amountCents),
        weightedCents: sum(({ weightedCents }) => weightedCents),
      }
    : list.data?.pages[0]?.summary;
  if (!summary) return " ";
  const { count, amountCents, weightedCents } = summary;
  return `${countText(count)} · ${compactMoney(amountCents)} · ${compactMoney(weightedCents)} weighted`;
}

/** The list's pages, from memory first. */
export const useListQuery = (input: ListInput, initial: Outputs["opportunities"]["list"] | undefined, enabled = true) =>
  useInfiniteQuery({
    ...trpc.opportunities.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    ...(initial ? { initialData: { pages: [initial], pageParams: [null] } } : {}),
    enabled,
  });
