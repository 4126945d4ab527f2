import { AsyncLocalStorage } from "node:async_hooks";
import type postgres from "postgres";

/** The transaction is gone: its connection was lost, or it was open for too long and was ended. Nothing of it is kept. */
export class TransactionLostError extends Error {}

interface OpenTransaction {
  isOpen: boolean;
  isLost: boolean;
}

const currentTransaction = new AsyncLocalStorage<OpenTransaction>();

/** Runs work that an open transaction happens to trigger but does not wait for, so that it may use the outer handle. */
export const outsideTransaction = <T>(work: () => T): T => currentTransaction.exit(work);

/**
 * The client with three fences that the library lacks:
 * - A statement on the outer handle inside a transaction throws. On one connection it would wait for ever; on a pool it
 *   would see another state and could starve the pool.
 * - When the connection of a transaction is lost, every later use of that transaction throws. The library would send it,
 *   and the closing `commit` or `rollback` too, over the next connection, into whatever runs there.
 * - A statement of a transaction that has ended throws.
 * `explainLoss` says why a connection was lost, if it knows.
 */
export function fenceClient(client: postgres.Sql, explainLoss: () => string | undefined): postgres.Sql {
  const begin = async (first: unknown, second?: unknown): Promise<unknown> => {
    requireNoTransaction();
    const [options, work] = (second === undefined ? ["", first] : [first, second]) as [string, Work];
    const state: OpenTransaction = { isOpen: true, isLost: false };
    try {
      return await client.begin(options, (tx) => enter(tx, state, work));
    } catch (error) {
      // A transaction that has said nothing yet has not seen its connection.
      state.isLost ||= isConnectionLoss(error);
      if (!state.isLost) throw error;
      throw new TransactionLostError(explainLoss() ?? "The connection of the transaction was lost", { cause: error });
    } finally {
      state.isOpen = false;
    }
  };
  return new Proxy(client, {
    apply(target, self, parts: unknown[]) {
      if (isTemplate(parts[0])) requireNoTransaction();
      return Reflect.apply(target, self, parts) as unknown;
    },
    get(target, name) {
      if (name === "begin") return begin;
      if (guarded.has(name)) requireNoTransaction();
      return Reflect.get(target, name) as unknown;
    },
  });
}

const isConnectionLoss = (error: unknown): boolean =>
  ["CONNECTION_CLOSED", "CONNECTION_DESTROYED"].includes((error as { code?: string } | undefined)?.code ?? "");

type Work = (tx: postgres.TransactionSql) => unknown;

const guarded = new Set<string | symbol>(["unsafe", "file", "reserve", "notify"]);

function requireNoTransaction(): void {
  if (!currentTransaction.getStore()?.isOpen) return;
  throw new Error(
    "A statement outside the open transaction: inside withTransaction use the context (or tx) the callback was given",
  );
}

/** Runs the callback of a transaction or savepoint. If the transaction is lost it never settles: nobody waits for it. */
function enter(tx: postgres.TransactionSql, state: OpenTransaction, work: Work): Promise<unknown> {
  const result = currentTransaction.run(state, async () => work(fenceTransaction(tx, state)));
  return new Promise((resolve, reject) => {
    result.then(
      (value) => state.isLost || resolve(value),
      (error: unknown) => state.isLost || reject(error as Error),
    );
  });
}

function fenceTransaction(tx: postgres.TransactionSql, state: OpenTransaction): postgres.TransactionSql {
  const savepoint = (first: unknown, second?: unknown): Promise<unknown> => {
    requireOpen(state);
    const work = (second ?? first) as Work;
    return tx.savepoint((inner) => enter(inner as postgres.TransactionSql, state, work));
  };
  return new Proxy(tx, {
    apply(target, self, parts: unknown[]) {
      if (isTemplate(parts[0])) requireOpen(state);
      return watched(Reflect.apply(target, self, parts), state);
    },
    get(target, name) {
      if (name === "savepoint") return savepoint;
      if (name !== "unsafe") return Reflect.get(target, name) as unknown;
      requireOpen(state);
      return (...parts: Parameters<typeof tx.unsafe>) => watched(target.unsafe(...parts), state);
    },
  });
}

function requireOpen(state: OpenTransaction): void {
  if (state.isLost) throw new TransactionLostError("The transaction is gone: its connection was lost or cut off");
  if (!state.isOpen) throw new Error("A statement of a transaction that has already ended");
}

/** The part of the library's connections and queries that `begin` itself is built on (read in 3.4.9). */
interface Connection {
  onclose?: ((error: Error) => void) | null;
}
interface PendingQuery {
  options: { onexecute?: (connection: Connection) => boolean };
}

/** Notes the loss of the connection in the tick it happens: before any code that waited for an answer goes on. */
function watched<T>(query: T, state: OpenTransaction): T {
  if (!isPendingQuery(query)) return query;
  query.options.onexecute = (connection) => {
    const previous = connection.onclose;
    connection.onclose = (error) => {
      state.isLost = state.isOpen;
      previous?.(error);
    };
    return true;
  };
  return query;
}

const isTemplate = (part: unknown): boolean => Array.isArray((part as { raw?: unknown } | undefined)?.raw);

const isPendingQuery = (query: unknown): query is PendingQuery =>
  query instanceof Promise && "options" in query && typeof query.options === "object";
