/** What a failure of the database means to whoever asked; undefined for a mistake of ours. */
export type DatabaseFailure = "no_such_record" | "not_storable" | "unavailable";

/** Foreign key without a row, and text that is no uuid: an id named a record that is not there. */
const NO_SUCH_RECORD = new Set(["23503", "22P02"]);
const UNAVAILABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  // Shutting down, starting up, crashed, too many clients.
  "57P01",
  "57P02",
  "57P03",
  "53300",
]);

/** drizzle wraps what the client library threw, so the causes are looked through. */
export function classifyDatabaseError(error: unknown): DatabaseFailure | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const code = "code" in cause ? String(cause.code) : "";
    if (NO_SUCH_RECORD.has(code)) return "no_such_record";
    // Class 22: a NUL in a text, half a character, a number or a day that the column cannot hold.
    if (/^22[0-9A-Z]{3}$/.test(code)) return "not_storable";
    if (UNAVAILABLE.has(code) || code.startsWith("08")) return "unavailable";
  }
  return undefined;
}

export const DATABASE_UNAVAILABLE = "The database is not answering. Nothing was changed; try again in a moment.";
