import { date, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, updatedAt, workspaceId } from "./columns.ts";
import { account, contact } from "./crm.ts";
import { appUser } from "./workspace.ts";

/** What a person is at an account beside the one he works for: a board member, a consultant, a former buyer. */
export const accountContact = pgTable(
  "account_contact",
  {
    workspaceId: workspaceId(),
    accountId: uuid("account_id").notNull(),
    contactId: uuid("contact_id").notNull(),
    role: text("role").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.accountId, t.contactId] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.contactId], foreignColumns: [contact.workspaceId, contact.id] }),
    index("account_contact_contact").on(t.workspaceId, t.contactId),
  ],
);

/** What the account's plan is to reach. */
export const accountObjective = pgTable(
  "account_objective",
  {
    workspaceId: workspaceId(),
    id: id(),
    accountId: uuid("account_id").notNull(),
    title: text("title").notNull(),
    dueOn: date("due_on", { mode: "string" }),
    doneAt: instant("done_at"),
    ownerId: uuid("owner_id").notNull(),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
    foreignKey({ columns: [t.workspaceId, t.ownerId], foreignColumns: [appUser.workspaceId, appUser.id] }),
    index("account_objective_account").on(t.workspaceId, t.accountId),
  ],
);
