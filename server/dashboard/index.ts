import { procedure, router } from "#server/trpc/init.ts";
import { getDashboard } from "./dashboard.ts";

export const dashboardRouter = router({ get: procedure("opportunity:read").query(({ ctx }) => getDashboard(ctx)) });
