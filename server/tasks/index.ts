export { tasksRouter } from "./router.ts";
export { createTask, listTasks } from "./tasks.ts";
