import { breachDueLeads, decayScores, returnNurturedLeads } from "#server/leads/index.ts";
import { defineClock } from "../define-job.ts";

/** The clock of first touches. It asks the database what is due, so time spent switched off is caught up. */
export const breachLeads = defineClock({
  name: "leads.sla",
  everySeconds: 15,
  async run({ contextFor }) {
    const ctx = contextFor("");
    const count = await breachDueLeads(ctx.db, contextFor);
    if (count > 0) ctx.log.info({ count }, "leads not touched in time");
  },
});

/** Nurture leads whose date has come. */
export const returnLeads = defineClock({
  name: "leads.nurture",
  everySeconds: 60,
  async run({ contextFor }) {
    const ctx = contextFor("");
    await returnNurturedLeads(ctx.db, contextFor);
  },
});

export const decayLeadScores = defineClock({
  name: "leads.decay",
  everySeconds: 600,
  async run({ contextFor }) {
    const ctx = contextFor("");
    await decayScores(ctx.db, contextFor);
  },
});
