import type { ListInput } from "./search-input.ts";

/** One column's cards: the board's filters and the stage; the column knows its sums already. */
export const cardsInput = (input: ListInput, stageId: string) => ({
  ...input,
  stageId,
  kind: "all" as const,
  sort: "closeDate" as const,
  isDescending: false,
  withSummary: false,
  limit: 20,
});
