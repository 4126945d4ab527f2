import { procedure, router } from "#server/trpc/init.ts";
import {
  ConfigureInput,
  getRun,
  listRows,
  ListRowsInput,
  listRuns,
  RunIdInput,
  startCheck,
  startImport,
  startUndo,
} from "./manage-import.ts";

export const importsRouter = router({
  list: procedure("import:run").query(({ ctx }) => listRuns(ctx)),
  get: procedure("import:run")
    .input(RunIdInput)
    .query(({ ctx, input }) => getRun(ctx, input)),
  rows: procedure("import:run")
    .input(ListRowsInput)
    .query(({ ctx, input }) => listRows(ctx, input)),
  check: procedure("import:run")
    .input(ConfigureInput)
    .mutation(({ ctx, input }) => startCheck(ctx, input)),
  start: procedure("import:run")
    .input(RunIdInput)
    .mutation(({ ctx, input }) => startImport(ctx, input)),
  undo: procedure("import:run")
    .input(RunIdInput)
    .mutation(({ ctx, input }) => startUndo(ctx, input)),
});
