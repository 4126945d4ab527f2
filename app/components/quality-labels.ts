/** The data-quality rules in words, by their key. */
export const QUALITY_LABELS: Record<string, string> = {
  closeDate: "Close date passed or missing",
  amount: "No value",
  contactRole: "No contact with a role",
  nextStep: "No dated next step",
  probability: "Probability not confirmed for 30 days",
};
