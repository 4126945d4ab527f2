import { randomUUID } from "node:crypto";
import type { Database } from "#db/client.ts";
import { appUser, workspace } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction, withTransaction } from "#server/core/transaction.ts";
import { createDefaultOutcomes } from "#server/activities/index.ts";
import { createDefaultLeadRules } from "#server/leads/index.ts";
import { createDefaultPipeline } from "#server/opportunities/index.ts";
import { createDefaultSlaPolicies } from "./workspaces.ts";

interface NewWorkspace {
  name: string;
  currency?: string;
  timeZone?: string;
  isDemo?: boolean;
  admin: { name: string; email: string; passwordHash: string };
  now?: () => Date;
}

/** A workspace with its first administrator, pipeline and policies. @returns a context that acts on it as the product itself. */
export async function createWorkspace(
  db: Database,
  input: NewWorkspace,
): Promise<{ ctx: RequestContext; adminId: string }> {
  const workspaceId = newId();
  const { name, currency = "USD", timeZone = "UTC", isDemo = false, admin, now = () => new Date() } = input;
  await withSystemTransaction(db, (tx) =>
    tx.insert(workspace).values({ id: workspaceId, name, currency, timeZone, isDemo }),
  );
  const ctx: RequestContext = {
    db,
    workspaceId,
    actor: { kind: "job", name: "setup" },
    requestId: randomUUID(),
    log,
    now,
  };
  const adminId = newId();
  await withTransaction(ctx, async (ctx) => {
    await ctx.db.insert(appUser).values({ ...admin, id: adminId, workspaceId, role: "admin", isDemo });
    await createDefaultPipeline(ctx);
    await createDefaultSlaPolicies(ctx);
    await createDefaultOutcomes(ctx);
    await createDefaultLeadRules(ctx);
  });
  return { ctx, adminId };
}
