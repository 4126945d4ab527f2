/** Events shown among the activities of a timeline, with the words for them. */
export const EVENT_WORDS: Record<string, (data: Record<string, unknown>) => string> = {
  "opportunity.created": () => "created the opportunity",
  "opportunity.stage_changed": (data) => `moved it to ${String(data.toStage)}`,
  "opportunity.reassigned": () => "gave it to another owner",
  "opportunity.risk_judged": (data) =>
    data.isAtRisk === null
      ? "left the risk to the rules again"
      : data.isAtRisk
        ? "marked it at risk"
        : "marked it as safe",
  "lead.created": () => "brought in the lead",
  "lead.assigned": (data) => `gave the lead to another owner: ${String(data.reason)}`,
  "lead.status_changed": (data) => `set the lead to ${String(data.toStatus)}`,
  "lead.flagged": (data) => `asked for immediate attention: ${String(data.reason)}`,
  "lead.hot": (data) => `saw a buying signal: ${String(data.reason)}`,
  "lead.sla_breached": () => "noted that nobody touched the lead in time",
  "lead.nurture_returned": () => "brought the lead back from nurture",
  "lead.converted": () => "converted the lead",
  "lead.conversion_undone": () => "took the conversion back",
  "account.created": () => "created the account",
  "contact.created": () => "created the contact",
  "coaching.requested": () => "asked for an acknowledgment",
  "coaching.acknowledged": () => "acknowledged the coaching",
  "coaching.escalated": (data) => `escalated unanswered coaching (level ${String(data.level)})`,
  "coaching.done": () => "finished the coaching item",
  "coaching.reopened": () => "reopened the coaching item",
  "coaching.withdrawn": () => "withdrew the coaching item",
  "review.recorded": (data) => `reviewed it: ${String(data.outcome).replace("_", " ")}`,
  "task.requested": (data) => `asked ${String(data.toName)} for help`,
  "task.booked": () => "booked a demo",
};
