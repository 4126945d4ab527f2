import { eq } from "drizzle-orm";
import { holiday, slaPolicy, workspace, type WorkingHours } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { procedure, router } from "#server/trpc/init.ts";

/** Name, currency and calendar of the caller's workspace. */
export async function getWorkspace(ctx: RequestContext) {
  return withTransaction(ctx, async (ctx) => {
    const [row] = await ctx.db.select().from(workspace).where(eq(workspace.id, ctx.workspaceId));
    if (!row) throw new NotFoundError("Workspace", ctx.workspaceId);
    return row;
  });
}

export interface WorkingCalendar {
  timeZone: string;
  hours: WorkingHours;
  /** ISO dates, in the workspace's time zone. */
  holidays: ReadonlySet<string>;
}

/** The calendar that due times are counted in; for use inside a transaction. */
export async function loadWorkingCalendar(ctx: RequestContext): Promise<WorkingCalendar> {
  const { timeZone, workingHours } = await getWorkspace(ctx);
  const days = await ctx.db.select({ day: holiday.day }).from(holiday).where(eq(holiday.workspaceId, ctx.workspaceId));
  return { timeZone, hours: workingHours, holidays: new Set(days.map(({ day }) => day)) };
}

/** Defaults of a new workspace: 24 working hours for a normal item, 4 for an urgent one, as long again until the second step. */
export async function createDefaultSlaPolicies(ctx: RequestContext): Promise<void> {
  await ctx.db.insert(slaPolicy).values([
    { workspaceId: ctx.workspaceId, severity: "normal", acknowledgeMinutes: 24 * 60, secondEscalationMinutes: 8 * 60 },
    { workspaceId: ctx.workspaceId, severity: "urgent", acknowledgeMinutes: 4 * 60, secondEscalationMinutes: 2 * 60 },
  ]);
}

export const workspacesRouter = router({ get: procedure("signed-in").query(({ ctx }) => getWorkspace(ctx)) });
