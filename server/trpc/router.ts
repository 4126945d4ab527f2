import { accountsRouter } from "#server/accounts/index.ts";
import { activitiesRouter } from "#server/activities/index.ts";
import { assistantRouter } from "#server/assistant/index.ts";
import { authRouter } from "#server/auth/router.ts";
import { coachingRouter } from "#server/coaching/index.ts";
import { contactsRouter } from "#server/contacts/index.ts";
import { dashboardRouter } from "#server/dashboard/index.ts";
import { importsRouter } from "#server/imports/index.ts";
import { leadsRouter } from "#server/leads/index.ts";
import { liveRouter } from "#server/live/router.ts";
import { notificationsRouter } from "#server/notifications/index.ts";
import { opportunitiesRouter } from "#server/opportunities/index.ts";
import { prioritiesRouter } from "#server/priorities/index.ts";
import { roomsRouter } from "#server/rooms/index.ts";
import { searchRouter } from "#server/search/index.ts";
import { tasksRouter } from "#server/tasks/index.ts";
import { usersRouter } from "#server/users/index.ts";
import { workspacesRouter } from "#server/workspaces/index.ts";
import { createCallerFactory, router } from "./init.ts";

/** Table of contents: every procedure of the product. */
export const appRouter = router({
  accounts: accountsRouter,
  activities: activitiesRouter,
  assistant: assistantRouter,
  auth: authRouter,
  coaching: coachingRouter,
  contacts: contactsRouter,
  dashboard: dashboardRouter,
  imports: importsRouter,
  leads: leadsRouter,
  live: liveRouter,
  notifications: notificationsRouter,
  opportunities: opportunitiesRouter,
  priorities: prioritiesRouter,
  rooms: roomsRouter,
  search: searchRouter,
  tasks: tasksRouter,
  users: usersRouter,
  workspaces: workspacesRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;
