import { ForbiddenError } from "./errors.ts";

export const ROLES = [
  "admin",
  "manager",
  "rep",
  "sales_operations",
  "pre_sales",
  "finance",
  "legal",
  "delivery",
  "customer_success",
  "support",
  "read_only",
] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
  "account:read",
  "account:write",
  "contact:read",
  "contact:write",
  "opportunity:read",
  "opportunity:write",
  "opportunity:assign",
  "opportunity:approve",
  "lead:read",
  "lead:write",
  "lead:assign",
  "lead:convert",
  "activity:write",
  "task:write",
  "room:read",
  "room:write",
  "room:restore",
  "comment:write",
  "coaching:read",
  "coaching:write",
  "coaching:acknowledge",
  "coaching:report",
  "assistant:use",
  "import:run",
  "user:read",
  "user:manage",
  "settings:manage",
  "audit:read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ: Permission[] = [
  "account:read",
  "contact:read",
  "opportunity:read",
  "lead:read",
  "room:read",
  "user:read",
  "comment:write",
  "coaching:read",
  "coaching:acknowledge",
  "assistant:use",
];
const SELL: Permission[] = [
  ...READ,
  "account:write",
  "contact:write",
  "opportunity:write",
  "lead:write",
  "lead:convert",
  "activity:write",
  "task:write",
  "room:write",
  "room:restore",
];
const SUPPORT: Permission[] = [...READ, "contact:write", "activity:write", "task:write", "room:write"];

/** What each role may do; which records it may do it to is row-level security's part. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: PERMISSIONS,
  manager: [
    ...SELL,
    "opportunity:assign",
    "opportunity:approve",
    "lead:assign",
    "coaching:write",
    "coaching:report",
    "import:run",
  ],
  rep: [...SELL, "import:run"],
  sales_operations: [
    ...SELL,
    "opportunity:assign",
    "opportunity:approve",
    "lead:assign",
    "coaching:report",
    "import:run",
    "settings:manage",
  ],
  pre_sales: SUPPORT,
  finance: READ,
  legal: SUPPORT,
  delivery: SUPPORT,
  customer_success: SELL,
  support: SUPPORT,
  read_only: READ,
};

/** Whether the role sees every record of its workspace. */
export const seesAllRecords = (role: Role): boolean => role === "admin" || role === "sales_operations";

export const roleHasPermission = (role: Role, permission: Permission): boolean =>
  ROLE_PERMISSIONS[role].includes(permission);

type WithActor = { actor: { kind: "user"; role: Role } | { kind: "job" } };

export const hasPermission = ({ actor }: WithActor, permission: Permission): boolean =>
  actor.kind === "job" || roleHasPermission(actor.role, permission);

/** First line of every use case. @throws ForbiddenError naming the permission. */
export function requirePermission(ctx: WithActor, permission: Permission): void {
  if (!hasPermission(ctx, permission)) {
    throw new ForbiddenError(`Your role may not do this (${permission})`, { permission });
  }
}
