export { createWorkspace } from "./create-workspace.ts";
export { addWorkingMinutes } from "./working-time.ts";
export {
  createDefaultSlaPolicies,
  getWorkspace,
  loadWorkingCalendar,
  workspacesRouter,
  type WorkingCalendar,
} from "./workspaces.ts";
