import { failImport, runImport, undoImport } from "#server/imports/index.ts";
import { defineJob } from "../define-job.ts";

/** Checks, imports and undoes files; each step goes on where a killed worker stopped. */
export const runImportJob = defineJob({
  name: "import.run",
  on: ["import.check_requested", "import.requested", "import.undo_requested"],
  maxAttempts: 3,
  expireSeconds: 1800,
  async run(ctx, { type, subjectId }) {
    try {
      await (type === "import.undo_requested" ? undoImport(ctx, subjectId) : runImport(ctx, subjectId));
    } catch (error) {
      ctx.log.error({ err: error, runId: subjectId }, "import failed");
      await failImport(ctx, subjectId, "The import stopped by an error of ours. What was written can be undone.");
      throw error;
    }
  },
});
