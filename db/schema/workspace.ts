import {
  boolean,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, newId, updatedAt, workspaceId } from "./columns.ts";

/** Opening hours in the workspace's time zone: ISO weekdays (1 Monday to 7 Sunday), minutes after midnight. */
export interface WorkingHours {
  days: number[];
  startMinute: number;
  endMinute: number;
}

export const workspace = pgTable("workspace", {
  id: uuid("id").primaryKey().$defaultFn(newId),
  name: text("name").notNull(),
  currency: text("currency").notNull().default("USD"),
  timeZone: text("time_zone").notNull().default("UTC"),
  workingHours: jsonb("working_hours")
    .$type<WorkingHours>()
    .notNull()
    .default({ days: [1, 2, 3, 4, 5], startMinute: 540, endMinute: 1020 }),
  isDemo: boolean("is_demo").notNull().default(false),
  createdAt: createdAt(),
});

export const team = pgTable(
  "team",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    parentTeamId: uuid("parent_team_id"),
    managerId: uuid("manager_id"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.parentTeamId], foreignColumns: [t.workspaceId, t.id] }),
    unique().on(t.workspaceId, t.name),
  ],
);

export const appUser = pgTable(
  "app_user",
  {
    workspaceId: workspaceId(),
    id: id(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    title: text("title"),
    role: text("role").notNull(),
    teamId: uuid("team_id"),
    status: text("status").$type<"active" | "disabled">().notNull().default("active"),
    passwordHash: text("password_hash"),
    isDemo: boolean("is_demo").notNull().default(false),
    timeZone: text("time_zone"),
    externalId: text("external_id"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.teamId], foreignColumns: [team.workspaceId, team.id] }),
    unique().on(t.workspaceId, t.email),
    index("app_user_email").on(t.email),
    index("app_user_team").on(t.workspaceId, t.teamId),
  ],
);

/** Keyed by the hash of the cookie's value; the value itself is never stored. */
export const session = pgTable(
  "session",
  {
    workspaceId: workspaceId(),
    idHash: text("id_hash").notNull(),
    userId: uuid("user_id").notNull(),
    expiresAt: instant("expires_at").notNull(),
    absoluteExpiresAt: instant("absolute_expires_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    ip: text("ip"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.idHash] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }).onDelete(
      "cascade",
    ),
    index("session_id_hash").on(t.idHash),
    index("session_user").on(t.workspaceId, t.userId),
  ],
);

/** Failed sign-ins per key (account, address, network, everyone): a growing delay, never a lock-out. */
export const signInThrottle = pgTable("sign_in_throttle", {
  key: text("key").primaryKey(),
  failures: integer("failures").notNull(),
  lastFailureAt: instant("last_failure_at").notNull(),
});

/** Links that make the first workspace, by the hash of their token. Before it there is nobody who could sign in. */
export const setupLink = pgTable("setup_link", {
  tokenHash: text("token_hash").primaryKey(),
  expiresAt: instant("expires_at").notNull(),
});

export const holiday = pgTable(
  "holiday",
  { workspaceId: workspaceId(), day: date("day", { mode: "string" }).notNull(), name: text("name").notNull() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.day] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
);

/** A record made visible to one person beside its owner and the managers above. */
export const recordShare = pgTable(
  "record_share",
  {
    workspaceId: workspaceId(),
    id: id(),
    recordType: text("record_type").$type<"account" | "opportunity" | "contact">().notNull(),
    recordId: uuid("record_id").notNull(),
    userId: uuid("user_id").notNull(),
    access: text("access").$type<"read" | "write">().notNull(),
    /** Of an account: what this person does in its team, such as "Pre-sales". */
    teamRole: text("team_role"),
    createdBy: uuid("created_by"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    unique().on(t.workspaceId, t.userId, t.recordType, t.recordId),
    index("record_share_record").on(t.workspaceId, t.recordType, t.recordId),
  ],
);

export const notification = pgTable(
  "notification",
  {
    workspaceId: workspaceId(),
    id: id(),
    userId: uuid("user_id").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    body: text("body").notNull().default(""),
    href: text("href").notNull(),
    sourceEventId: uuid("source_event_id").notNull(),
    readAt: instant("read_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.userId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    unique().on(t.workspaceId, t.userId, t.sourceEventId, t.kind),
    index("notification_user").on(t.workspaceId, t.userId, t.createdAt),
  ],
);
