import type { ExitCriterion } from "#db/schema/index.ts";
import { InvalidInputError } from "#server/core/errors.ts";
import type { StageInput } from "./save-pipeline.ts";

/** @throws InvalidInputError naming what keeps the stages from being a pipeline */
export function requireSoundStages(
  stages: readonly StageInput[],
  categoryCriteria: Partial<Record<string, StageInput["exitCriteria"]>>,
): void {
  const refuse = (message: string, field: string): never => {
    throw new InvalidInputError(message, { [field]: message }, "pipeline");
  };
  for (const kind of ["open", "won", "lost"] as const)
    if (!stages.some((one) => one.kind === kind)) refuse(`A pipeline needs a stage of the kind "${kind}"`, "stages");
  const lastOpen = stages.findLastIndex(({ kind }) => kind === "open");
  if (stages.findIndex(({ kind }) => kind !== "open") < lastOpen)
    refuse("Won and lost stages stand after the open ones", "stages");
  const twice = firstTwice(stages.map(({ name }) => name.toLowerCase()));
  if (twice) refuse(`Two stages are called "${twice}"`, "stages");
  const keys = stages.flatMap(({ fields }) => fields.map(({ key }) => key));
  const oddKey = keys.find((key) => !/^[A-Za-z][A-Za-z0-9]*$/.test(key));
  if (oddKey) refuse(`The key "${oddKey}" has other signs than letters and digits`, "fields");
  const twiceKey = firstTwice(keys);
  if (twiceKey) refuse(`Two fields have the key "${twiceKey}"`, "fields");
  const known = new Set(keys);
  for (const criterion of [
    ...stages.map(({ exitCriteria }) => exitCriteria),
    ...Object.values(categoryCriteria),
  ].flat()) {
    const missing = criterion && keysOf(criterion).find((key) => !known.has(key));
    if (missing) refuse(`"${criterion.label}" asks for the field "${missing}", which no stage has`, "exitCriteria");
  }
  for (const { name, skipWhen } of stages)
    if (skipWhen && !known.has(skipWhen.key)) refuse(`${name} is passed over by a field that no stage has`, "skipWhen");
}

function keysOf(criterion: StageInput["exitCriteria"][number] | ExitCriterion): string[] {
  if (criterion.kind === "stageField") return [criterion.key, ...(criterion.unless ? [criterion.unless.key] : [])];
  return criterion.kind === "change" ? [criterion.from, criterion.to, criterion.approval] : [];
}

const firstTwice = (words: string[]): string | undefined => words.find((word, index) => words.indexOf(word) !== index);
