import { listHeads } from "#server/audit/index.ts";
import { defineClock } from "../define-job.ts";

/** The end of every chain goes to the log each day, out of reach of whoever could rewrite a whole chain in the database. */
export const tellAuditHeads = defineClock({
  name: "audit.heads",
  everySeconds: 86_400,
  async run({ contextFor }) {
    const ctx = contextFor("");
    for (const auditHead of await listHeads(ctx.db)) ctx.log.info({ auditHead }, "audit head");
  },
});
