import { procedure, router } from "#server/trpc/init.ts";
import { DashboardInput, getDashboard } from "./dashboard.ts";
import { FigureRowsInput, listFigureRows } from "./rows.ts";

export const dashboardRouter = router({
  get: procedure("opportunity:read")
    .input(DashboardInput)
    .query(({ ctx, input }) => getDashboard(ctx, input)),
  rows: procedure("opportunity:read")
    .input(FigureRowsInput)
    .query(({ ctx, input }) => listFigureRows(ctx, input)),
});
