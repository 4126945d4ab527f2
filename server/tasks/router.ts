import { procedure, router } from "#server/trpc/init.ts";
import { rescheduleTask, RescheduleInput } from "./reschedule.ts";
import {
  answerRequest,
  AnswerRequestInput,
  askColleague,
  AskColleagueInput,
  bookDemo,
  BookDemoInput,
  listRequests,
  ListRequestsInput,
} from "./requests.ts";
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
  reschedule: procedure("task:write")
    .input(RescheduleInput)
    .mutation(({ ctx, input }) => rescheduleTask(ctx, input)),
  requests: procedure("opportunity:read")
    .input(ListRequestsInput)
    .query(({ ctx, input }) => listRequests(ctx, input)),
  ask: procedure("task:write")
    .input(AskColleagueInput)
    .mutation(({ ctx, input }) => askColleague(ctx, input)),
  answerRequest: procedure("task:write")
    .input(AnswerRequestInput)
    .mutation(({ ctx, input }) => answerRequest(ctx, input)),
  bookDemo: procedure("task:write")
    .input(BookDemoInput)
    .mutation(({ ctx, input }) => bookDemo(ctx, input)),
});
