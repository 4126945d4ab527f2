import { and, asc, desc, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { InvalidInputError } from "./errors.ts";

/** Lists page by key: a cursor holds the last row's sort value and id. */
export const PageInput = z.strictObject({
  cursor: z.string().max(500).nullish(),
  limit: z.number().int().min(1).max(100).default(50),
  // Sent along by tRPC's infinite queries; lists go forward only.
  direction: z.literal("forward").optional(),
});

export interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** Counts beyond this are shown as "1,000+". */
export const COUNT_CAP = 1000;

export interface KeysetOrder {
  /** Never null: wrap nullable columns in coalesce. Its index decides the speed of the list. */
  expression: SQL;
  /** SQL type of the expression, for the cursor's value. */
  type: "text" | "bigint" | "date" | "timestamptz";
  isDescending: boolean;
  id: SQL;
}

/** Condition "after the cursor", and the order that it belongs to. */
export function keyset(
  order: KeysetOrder,
  cursor: string | null | undefined,
): { after: SQL | undefined; orderBy: SQL[] } {
  const direction = order.isDescending ? desc : asc;
  const orderBy = [direction(order.expression), direction(order.id)];
  if (!cursor) return { after: undefined, orderBy };
  const [value, id] = decodeCursor(cursor);
  const operator = order.isDescending ? sql`<` : sql`>`;
  const type = { text: sql`text`, bigint: sql`bigint`, date: sql`date`, timestamptz: sql`timestamptz` }[order.type];
  return { after: and(sql`(${order.expression}, ${order.id}) ${operator} (${value}::${type}, ${id}::uuid)`), orderBy };
}

/** Cuts the extra row that tells whether there is more. `sortKey` is the order's expression, selected as text. */
export function toPage<Row extends { id: string; sortKey: string }>(
  rows: Row[],
  limit: number,
): Page<Omit<Row, "sortKey">> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const nextCursor = rows.length > limit && last ? encodeCursor(last.sortKey, last.id) : null;
  return { rows: kept.map(({ sortKey: _sortKey, ...row }) => row), nextCursor };
}

const CursorSchema = z.tuple([z.string().max(300), z.uuid()]);

/** Where a list goes on after the row with this sort value and id. */
export const encodeCursor = (value: string, id: string): string =>
  Buffer.from(JSON.stringify([value, id])).toString("base64url");

function decodeCursor(cursor: string): [string, string] {
  try {
    return CursorSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new InvalidInputError("This page of the list is not known; start at the top", { cursor: "malformed" });
  }
}
