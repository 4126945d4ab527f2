import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";

/** Time-ordered ids: rows made together lie together in the index, and an id sorts like its creation time. */
export const newId = (): string => uuidv7();

export const id = () => uuid("id").notNull().$defaultFn(newId);
export const workspaceId = () => uuid("workspace_id").notNull();
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => instant("created_at").notNull().defaultNow();
export const updatedAt = () => instant("updated_at").notNull().defaultNow();
/** Whole cents; safe as a JavaScript number up to 90 trillion. */
export const cents = (name: string) => bigint(name, { mode: "number" });
export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  fromDriver: (value) => new Uint8Array(value),
});
