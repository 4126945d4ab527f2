import { Typist } from "./typist.ts";

export interface LoadPlan {
  roomUrls: readonly string[];
  peersPerRoom: number;
  /** Of each peer: all of them write. */
  charsPerSecond: number;
  warmUpMs: number;
  measureMs: number;
}

export interface LoadResult {
  /** Milliseconds from when a letter was meant to be sent until another peer had it, ascending. */
  propagation: number[];
  /** Milliseconds from when a letter was meant to be sent until its writer was told that it is durable, ascending. */
  receipts: number[];
  letters: number;
  /** Letters that did not reach somebody. */
  missing: number;
}

/** How long the last letters may be under way. */
const DRAIN_MS = 10_000;

/**
 * Types at a fixed pace, whatever the server does: a letter that could not be sent in time counts from when it should have
 * been, so that a server which stalls is not forgiven the letters that waited.
 */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const meant = new Map<number, Map<number, number>>();
  const result: LoadResult = { propagation: [], receipts: [], letters: 0, missing: 0 };
  const since = (client: number, clock: number): number | undefined => {
    const at = meant.get(client)?.get(clock);
    return at === undefined ? undefined : performance.now() - at;
  };
  const typists = await join(plan, (typist) => ({
    letter: (client, clock) => push(result.propagation, since(client, clock)),
    receipt: (clock) => push(result.receipts, since(typist().client, clock)),
  }));
  for (const typist of typists) {
    meant.set(typist.client, new Map());
    typist.begin();
  }

  const interval = 1_000 / plan.charsPerSecond;
  const start = performance.now() + 200;
  const measureFrom = start + plan.warmUpMs;
  const end = measureFrom + plan.measureMs;
  await pace(start, interval / typists.length, end, (turn, at) => {
    const typist = typists[turn % typists.length]!;
    const clock = typist.type();
    if (at < measureFrom) return;
    meant.get(typist.client)!.set(clock, at);
    result.letters++;
  });

  const expected = result.letters * (plan.peersPerRoom - 1);
  for (let waited = 0; result.propagation.length < expected && waited < DRAIN_MS; waited += 50) await wait(50);
  await wait(100);
  const left = typists.filter(({ hasLeft }) => hasLeft).length;
  if (left > 0) console.warn(`  ${left} clients lost their connection`);
  for (const typist of typists) typist.leave();
  result.missing = expected - result.propagation.length;
  for (const values of [result.propagation, result.receipts]) values.sort((a, b) => a - b);
  return result;
}

async function join(
  { roomUrls, peersPerRoom }: LoadPlan,
  hearsOf: (typist: () => Typist) => Parameters<typeof Typist.join>[1],
): Promise<Typist[]> {
  // Room by room for each peer in turn, so that neighbours in time write in different rooms.
  const typists: Typist[] = [];
  for (let peer = 0; peer < peersPerRoom; peer++) {
    for (const url of roomUrls) {
      const typist: Typist = await Typist.join(
        url,
        hearsOf(() => typist),
      );
      typists.push(typist);
    }
  }
  return typists;
}

/** Calls for every turn whose time has come, until `end`; late turns keep the time they were meant for. */
function pace(start: number, gap: number, end: number, take: (turn: number, at: number) => void): Promise<void> {
  let turn = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (let at = start + turn * gap; at <= now; at = start + ++turn * gap) {
        if (at >= end) {
          clearInterval(timer);
          return resolve();
        }
        take(turn, at);
      }
    }, 1);
  });
}

const push = (values: number[], value: number | undefined): void => void (value !== undefined && values.push(value));
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
