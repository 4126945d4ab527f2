/** What the parent tells the child at its start, as one JSON argument. */
export interface ChildSettings {
  /** The data directory; the cluster lies in its `postgres` folder. */
  dataDir: string;
  socketPath: string;
  /** A transaction open for longer is ended. */
  transactionLimitMs: number;
}

export type ToChild =
  | { type: "stop" }
  /** Lifts the limit on transactions (null) or sets it again, for work that is long by nature: migrations, dumps. */
  | { type: "transaction-limit"; ms: number | null };

export type ToParent =
  | { type: "ready" }
  /** Another process holds the directory; the child ends after this. */
  | { type: "refused"; message: string }
  /** Something an operator should know. */
  | { type: "notice"; message: string }
  /** The client is to be cut off, which rolls its transaction back. */
  | { type: "transaction-overdue" };
