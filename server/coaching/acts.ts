import type { CoachingState } from "#db/schema/index.ts";
import { ConflictError, ForbiddenError } from "#server/core/errors.ts";
import type { RequestContext } from "#server/core/context.ts";

/** Who may perform an act: the rep it is addressed to, its author, a manager above the rep, or the product's own clock. */
type Party = "rep" | "author" | "manager" | "clock";

interface Act {
  from: readonly CoachingState[];
  /** Undefined: the state stays. */
  to: CoachingState | undefined;
  by: readonly Party[];
}

const ACTS = {
  acknowledge: { from: ["open", "reopened", "escalated"], to: "acknowledged", by: ["rep"] },
  undo_acknowledge: { from: ["acknowledged"], to: "open", by: ["rep"] },
  start: { from: ["acknowledged"], to: "in_progress", by: ["rep"] },
  finish: { from: ["acknowledged", "in_progress"], to: "done", by: ["rep", "author", "manager"] },
  reopen: { from: ["acknowledged", "in_progress", "done"], to: "reopened", by: ["author", "manager"] },
  withdraw: { from: ["open", "reopened", "escalated", "acknowledged", "in_progress"], to: "withdrawn", by: ["author"] },
  escalate: { from: ["open", "reopened", "escalated"], to: "escalated", by: ["clock"] },
  comment: {
    from: ["open", "acknowledged", "in_progress", "done", "reopened", "escalated"],
    to: undefined,
    by: ["rep", "author", "manager"],
  },
} satisfies Record<string, Act>;

export type ActName = keyof typeof ACTS;

/** States in which the rep still owes an answer. */
export const UNANSWERED: CoachingState[] = ["open", "reopened", "escalated"];

interface Item {
  state: CoachingState;
  repId: string;
  authorId: string;
}

function partiesOf({ actor }: RequestContext, item: Item): Party[] {
  if (actor.kind === "job") return ["clock"];
  const parties: Party[] = [];
  if (actor.userId === item.repId) parties.push("rep");
  if (actor.userId === item.authorId) parties.push("author");
  if (actor.userId !== item.repId && (actor.seesAll || actor.ownerIds.includes(item.repId))) parties.push("manager");
  return parties;
}

/** Which acts this person may perform on the item now, for the screen's buttons. */
export function allowedActs(ctx: RequestContext, item: Item): ActName[] {
  const parties = partiesOf(ctx, item);
  return (Object.keys(ACTS) as ActName[]).filter((name) => {
    const act: Act = ACTS[name];
    return act.from.includes(item.state) && act.by.some((party) => parties.includes(party));
  });
}

/** @returns the state after the act. @throws ForbiddenError for the wrong person, ConflictError in the wrong state. */
export function requireAct(ctx: RequestContext, item: Item, name: ActName): CoachingState {
  const act: Act = ACTS[name];
  const parties = partiesOf(ctx, item);
  if (!act.by.some((party) => parties.includes(party))) {
    throw new ForbiddenError(`Only ${act.by.join(" or ")} may do this (${name})`, { act: name });
  }
  if (!act.from.includes(item.state))
    throw new ConflictError(`This item is ${item.state} and cannot be changed by "${name}"`, {
      act: name,
      state: item.state,
    });
  return act.to ?? item.state;
}
