import { procedure, router } from "#server/trpc/init.ts";
import { createTask, CreateTaskInput, listTasks, ListTasksInput, setTaskDone, SetTaskDoneInput } from "./tasks.ts";

export const tasksRouter = router({
  list: procedure("opportunity:read")
    .input(ListTasksInput)
    .query(({ ctx, input }) => listTasks(ctx, input)),
  create: procedure("task:write")
    .input(CreateTaskInput)
    .mutation(({ ctx, input }) => createTask(ctx, input)),
  setDone: procedure("task:write")
    .input(SetTaskDoneInput)
    .mutation(({ ctx, input }) => setTaskDone(ctx, input)),
});
