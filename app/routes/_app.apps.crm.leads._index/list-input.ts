import type { Inputs } from "../../client-navigation.ts";

type ListInput = Inputs["leads"]["list"];

/** Named views: what each shows first, and what an empty one says. */
export const VIEWS = [
  { value: "open", label: "Open", empty: "Leads that you or your team own, from forms, imports, events and mail." },
  { value: "new", label: "Newly assigned", empty: "Nobody waits for a first contact from you." },
  { value: "queue", label: "Follow-up queue", empty: "No follow-up is due today or overdue." },
  { value: "hot", label: "Hot", empty: "No buying signals just now." },
  { value: "all", label: "All", empty: "No lead matches these filters." },
] as const;

const PRESETS: Record<
  string,
  Pick<ListInput, "status" | "whose" | "isUntouched" | "isHot" | "followUp" | "sort" | "isDescending">
> = {
  open: { status: "open", sort: "created", isDescending: true },
  new: { status: "open", whose: "mine", isUntouched: true, sort: "slaDue" },
  queue: { status: "open", whose: "mine", followUp: "due", sort: "followUp" },
  hot: { status: "open", isHot: true, sort: "slaDue" },
  all: { status: "all", sort: "created", isDescending: true },
};
const STATUSES = ["new", "working", "nurture", "qualified", "disqualified", "converted"] as const;
const SORTS = ["slaDue", "score", "created", "followUp", "lastActivity", "name"] as const;
const SOURCES = ["web", "email", "event", "referral", "partner", "phone", "import", "other"] as const;
const SLA = ["due", "at_risk", "met", "breached"] as const;
const FOLLOW_UP = ["due", "overdue", "today", "planned"] as const;

/** The address's filters as the procedure's input; what it does not know is left out. */
export function toInput(params: { get(key: string): string | null }) {
  const known = <Word extends string>(key: string, words: readonly Word[]): Word | undefined =>
    words.find((word) => word === params.get(key));
  const preset = PRESETS[params.get("view") || "open"] ?? PRESETS.open!;
  const sort = known("sort", SORTS);
  const owner = params.get("owner") ?? "";
  const query = params.get("q")?.slice(0, 200);
  const score = Number(params.get("score") || 0);
  const given = {
    status: known("status", STATUSES),
    source: known("source", SOURCES),
    sla: known("sla", SLA),
    followUp: known("followup", FOLLOW_UP),
    whose: owner === "mine" || owner === "pool" ? (owner as "mine" | "pool") : undefined,
    ownerId: /^[0-9a-f-]{36}$/.test(owner) ? owner : undefined,
    minScore: score > 0 && score <= 100 ? Math.round(score) : undefined,
    query: query || undefined,
  };
  const filters = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<ListInput>;
  return {
    ...preset,
    ...filters,
    sort: sort ?? preset.sort ?? "created",
    isDescending: sort ? params.get("desc") === "1" : (preset.isDescending ?? false),
  };
}
