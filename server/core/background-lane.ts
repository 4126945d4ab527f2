import type { Database } from "#db/client.ts";

const lanes = new WeakMap<object, Promise<unknown>>();

/**
 * From now on the product's own transactions on this database (jobs, followers) go one at a time. For the embedded database, which serves one transaction after
 * the other in the order of arrival: a person's screen then waits behind one batch at most, however much work is going on.
 */
export function openBackgroundLane(db: Database): void {
  lanes.set(db, Promise.resolve());
}

/** Runs work when no other background work runs on this database, or at once where that does not matter. Not to be nested. */
export function inBackground<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const before = lanes.get(db);
  if (!before) return work();
  const turn = before.then(work);
  lanes.set(
    db,
    turn.catch(() => undefined),
  );
  return turn;
}
