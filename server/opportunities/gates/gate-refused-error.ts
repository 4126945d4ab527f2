import { InvalidInputError } from "#server/core/errors.ts";
import type { CriterionState } from "./evaluate.ts";

/** A gate that stays shut; `details.missing` holds what is missing, each with the field that mends it. */
export class GateRefusedError extends InvalidInputError {
  constructor(
    message: string,
    opportunityId: string,
    readonly missing: CriterionState[],
  ) {
    super(
      `${message}: ${missing.map(({ label }) => label).join(", ")}`,
      Object.fromEntries(missing.map(({ field, label, key }) => [field ?? key, label])),
      "stage_gate",
      { opportunityId, missing },
    );
  }
}
