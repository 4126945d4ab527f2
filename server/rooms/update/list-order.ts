import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { isSameId } from "./client-runs.ts";
import type { ClientRuns, Run } from "./client-runs.ts";
import { Content } from "./walk-content.ts";
import type { StructId } from "./walk-update.ts";

type Clients = ReadonlyMap<number, ClientRuns>;

// Honest neighbours prove their order in one or two steps; the exact answer below costs a pass over the list.
const MAX_STEPS = 32;

/**
 * Tells whether somebody can have seen `left` and `right` next to each other in their list (null: its start, its end).
 * Whoever knows an item knows what it was put between, so: origin of right <= left < right <= right origin of left.
 * An item placed between others is put elsewhere by every client, depending on what arrived first: of all well-formed lies
 * these are the ones that make a document disagree with its own copy.
 */
export function canBeNeighbours(clients: Clients, left: StructId | null, right: StructId | null): boolean {
  const knownBefore = right && originOf(clients, right);
  const knownAfter = left && runOf(clients, left).rightOrigin;
  if (left === null) return knownBefore === null;
  if (right === null) return knownAfter === null;
  // The later of the two was itself put beside the other, and that was checked then. Without concurrency it is always so.
  if (isSameId(knownBefore, left) || isSameId(knownAfter, right)) return true;
  return (
    precedes(clients, left, right) &&
    (knownBefore === null || precedes(clients, knownBefore, left)) &&
    (knownAfter === null || precedes(clients, right, knownAfter))
  );
}

/** What an element was put behind: inside a run, the element before it. */
function originOf(clients: Clients, id: StructId): StructId | null {
  const run = runOf(clients, id);
  return id.clock > run.from ? { client: id.client, clock: id.clock - 1 } : run.origin;
}

/** Tells whether `left` stands before `right`. Both must be known and in the same list. */
function precedes(clients: Clients, left: StructId, right: StructId): boolean {
  return (
    provenOrder(clients, left, right) ?? negate(provenOrder(clients, right, left)) ?? exactOrder(clients, left, right)
  );
}

/** True when following what the runs remember leads from one to the other; undefined when it leads nowhere. */
function provenOrder(clients: Clients, left: StructId, right: StructId): boolean | undefined {
  if (isSameId(left, right)) return false;
  return reaches(clients, right, left, "origin") ?? reaches(clients, left, right, "rightOrigin");
}

/** Origins lead ever further left, right origins ever further right: so meeting the goal's own run settles the order. */
function reaches(clients: Clients, from: StructId, goal: StructId, side: "origin" | "rightOrigin"): true | undefined {
  const goalRun = runOf(clients, goal);
  let at: StructId | null = from;
  for (let step = 0; at !== null && step < MAX_STEPS; step++) {
    const run: Run = runOf(clients, at);
    if (run === goalRun) {
      const isBeyond: boolean = side === "origin" ? goal.clock <= at.clock : goal.clock >= at.clock;
      return isBeyond ? true : undefined;
    }
    at = run[side];
  }
  return undefined;
}

/**
 * Lets Yjs itself decide, on a document that has the structure of this one list and no content.
 * Needed when two people typed at the same place at the same time and a third then types between them.
 */
function exactOrder(clients: Clients, left: StructId, right: StructId): boolean {
  slowChecks++;
  const doc = new Y.Doc({ gc: false });
  try {
    Y.applyUpdate(doc, encodeSkeleton(clients, runOf(clients, left).list));
    let leftSeen = false;
    for (let item = doc.get(SKELETON_ROOT)._start; item !== null; item = item.right) {
      const holdsLeft = holds(item, left);
      const holdsRight = holds(item, right);
      if (holdsLeft && holdsRight) return left.clock < right.clock;
      if (holdsRight) return leftSeen;
      leftSeen ||= holdsLeft;
    }
    return false;
  } finally {
    doc.destroy();
  }
}

let slowChecks = 0;

/** How often this process had to let Yjs decide. Callers charge the sender for it: each costs up to tens of milliseconds. */
export function countSlowChecks(): number {
  return slowChecks;
}

const SKELETON_ROOT = "list";

/** An update with the runs of one list as deleted content; everything else is garbage that only fills the clocks. */
function encodeSkeleton(clients: Clients, list: number): Uint8Array {
  const encoder = encoding.createEncoder();
  const ordered = [...clients].filter(([, runs]) => runs.runs.length > 0).sort(([a], [b]) => b - a);
  encoding.writeVarUint(encoder, ordered.length);
  for (const [client, { runs }] of ordered) {
    encoding.writeVarUint(encoder, runs.length);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, 0);
    for (const run of runs) writeRun(encoder, run, run.list === list);
  }
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

function writeRun(encoder: encoding.Encoder, run: Run, isInList: boolean): void {
  const { origin, rightOrigin } = run;
  if (!isInList) {
    encoding.writeUint8(encoder, Content.Gc);
  } else {
    encoding.writeUint8(encoder, Content.Deleted | (origin ? 0x80 : 0) | (rightOrigin ? 0x40 : 0));
    if (origin) writeId(encoder, origin);
    if (rightOrigin) writeId(encoder, rightOrigin);
    if (!origin && !rightOrigin) {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, SKELETON_ROOT);
    }
  }
  encoding.writeVarUint(encoder, run.to - run.from);
}

function writeId(encoder: encoding.Encoder, id: StructId): void {
  encoding.writeVarUint(encoder, id.client);
  encoding.writeVarUint(encoder, id.clock);
}

function holds(item: Y.Item, id: StructId): boolean {
  return item.id.client === id.client && item.id.clock <= id.clock && id.clock < item.id.clock + item.length;
}

function runOf(clients: Clients, id: StructId): Run {
  return clients.get(id.client)!.at(id.clock);
}

function negate(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}
