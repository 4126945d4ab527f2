import type { Inputs } from "../../client-navigation.ts";

const KINDS = ["open", "won", "lost", "all"] as const;
export const SORTS = ["closeDate", "amount", "name"] as const;
const CATEGORIES = ["omitted", "pipeline", "best_case", "commit", "closed"] as const;
const QUALITY = ["any", "closeDate", "amount", "contactRole", "nextStep", "probability"] as const;

export type ListInput = Omit<Inputs["opportunities"]["list"] & object, "cursor" | "limit" | "direction">;

/** Switches that an address may carry, by their key there. */
export const SWITCHES = {
  mine: "isMine",
  nostep: "isWithoutNextStep",
  stalled: "isStalled",
  risk: "isAtRisk",
  manager: "needsManager",
  ready: "isReadyToAdvance",
} as const;

/** The address's filters as the procedure's input; what it does not know is left out. */
export function toInput(params: { get(key: string): string | null }): ListInput & { kind: (typeof KINDS)[number] } {
  const oneOf = <T extends string>(key: string, known: readonly T[]): T | undefined =>
    known.find((value) => value === params.get(key));
  const query = params.get("q")?.slice(0, 200);
  const uuid = (key: string): string | undefined =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(params.get(key) ?? "") ? params.get(key)! : undefined;
  const day = (key: string): string | undefined =>
    /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d)$|^\d{4}-(0[13-9]|1[0-2])-30$|^\d{4}-(0[13578]|1[02])-31$/.test(
      params.get(key) ?? "",
    )
      ? params.get(key)!
      : undefined;
  const whole = (key: string, max: number): number | undefined =>
    /^\d{1,12}$/.test(params.get(key) ?? "") ? Math.min(Number(params.get(key)), max) : undefined;
  const min = whole("min", 9e11);
  const probability = whole("chance", 100);
  const filters = {
    ownerId: uuid("owner"),
    stageId: uuid("stage"),
    pipelineId: uuid("pipeline"),
    category: oneOf("category", CATEGORIES),
    quality: oneOf("quality", QUALITY),
    closeDateFrom: day("from"),
    closeDateTo: day("to"),
    minAmountCents: min === undefined ? undefined : min * 100,
    minProbability: probability === undefined ? undefined : probability / 100,
    query: query || undefined,
    ...Object.fromEntries(
      Object.entries(SWITCHES).flatMap(([key, name]) => (params.get(key) === "1" ? [[name, true]] : [])),
    ),
  };
  return {
    kind: oneOf("kind", KINDS) ?? "open",
    sort: oneOf("sort", SORTS) ?? "closeDate",
    isDescending: params.get("desc") === "1",
    ...(Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Partial<ListInput>),
  };
}

/** The same filters for the board, which has its own order and every kind of stage. */
export function toBoardInput(input: ListInput): Inputs["opportunities"]["board"] {
  const {
    kind: _kind,
    sort: _sort,
    isDescending: _isDescending,
    stageId: _stageId,
    withSummary: _s,
    ...filters
  } = input;
  return filters;
}
