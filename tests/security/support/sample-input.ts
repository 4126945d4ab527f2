/** The part of a zod 4 schema that this reads: `def` is the library's public description of itself. */
export interface Schema {
  def: {
    type: string;
    format?: string;
    shape?: Record<string, Schema>;
    innerType?: Schema;
    element?: Schema;
    keyType?: Schema;
    valueType?: Schema;
    in?: Schema;
    options?: Schema[];
    entries?: Record<string, string>;
    values?: unknown[];
  };
  format?: string | null;
  minLength?: number | null;
  minValue?: number | null;
}

/** One place of an input that takes an id, and what kind of record it names. */
export interface IdPlace {
  /** `changes.ownerId`, `itemIds.[]`, `stageMap.*`. */
  path: string;
  kind: string;
  /** Where the kind is chosen by a field beside the id: that field and its value. */
  chosenBy?: { path: string; option: string };
}

interface Choices {
  id(path: string): string;
  /** Whether an optional part is filled in. */
  wants(path: string): boolean;
  option(path: string): string | undefined;
}

/** Fields that name a record whose kind stands in another field of the same object. */
const POLYMORPHIC: Record<string, string> = { id: "type", subjectId: "subjectType" };

const SAMPLES: Record<string, unknown> = {
  date: "2030-01-31",
  datetime: "2030-01-31T12:00:00Z",
  url: "https://example.test/",
};

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
const WRAPPERS = ["optional", "nullable", "default", "nonoptional", "prefault", "readonly", "catch"];
const isSkippable = ({ def }: Schema): boolean =>
  def.type === "optional" || def.type === "default" || (def.type === "nullable" && isSkippable(def.innerType!));

/** The smallest input that the schema takes. @throws Error for a kind of schema it knows nothing about */
export function sampleInput(schema: Schema, choices: Choices, path = ""): unknown {
  const { def } = schema;
  if (WRAPPERS.includes(def.type)) return sampleInput(def.innerType!, choices, path);
  switch (def.type) {
    case "object": {
      const fields = Object.entries(def.shape!).filter(
        ([key, field]) => !isSkippable(field) || choices.wants(join(path, key)),
      );
      return Object.fromEntries(fields.map(([key, field]) => [key, sampleInput(field, choices, join(path, key))]));
    }
    case "pipe":
      return sampleInput(def.in!, choices, path);
    case "array":
      return [sampleInput(def.element!, choices, join(path, "[]"))];
    case "record":
      return { key: sampleInput(def.valueType!, choices, join(path, "*")) };
    case "string": {
      const format = def.format ?? schema.format;
      if (format === "uuid") return choices.id(path);
      if (format === "email") return `sample-${Math.random().toString(36).slice(2)}@example.test`;
      if (format && format !== "regex") {
        if (!(format in SAMPLES)) throw new Error(`No sample for the text format "${format}" (${path})`);
        return SAMPLES[format];
      }
      return "sample text".padEnd(schema.minLength ?? 0, "!");
    }
    case "number":
    case "int":
      return Math.max(1, Number.isFinite(schema.minValue) ? schema.minValue! : 1);
    case "boolean":
      return true;
    case "enum":
      return choices.option(path) ?? Object.values(def.entries!)[0];
    case "literal":
      return def.values![0];
    case "union":
      return sampleInput(def.options![0]!, choices, path);
    default:
      throw new Error(`No sample for a ${def.type} (${path}): teach the generator`);
  }
}

/** Every place that takes an id. @throws Error for a field whose kind of record `kinds` does not tell */
export function listIdPlaces(schema: Schema, kinds: Record<string, string>, path = "", parent?: Schema): IdPlace[] {
  const { def } = schema;
  if (WRAPPERS.includes(def.type)) return listIdPlaces(def.innerType!, kinds, path, parent);
  if (def.type === "pipe") return listIdPlaces(def.in!, kinds, path, parent);
  if (def.type === "object")
    return Object.entries(def.shape!).flatMap(([key, field]) => listIdPlaces(field, kinds, join(path, key), schema));
  if (def.type === "array") return listIdPlaces(def.element!, kinds, join(path, "[]"), parent);
  if (def.type === "record") return listIdPlaces(def.valueType!, kinds, join(path, "*"), parent);
  if (def.type === "union") return def.options!.flatMap((option) => listIdPlaces(option, kinds, path, parent));
  if (def.type !== "string" || (def.format ?? schema.format) !== "uuid") return [];

  const name = path.split(".").findLast((part) => part !== "[]" && part !== "*")!;
  const chooser = POLYMORPHIC[name];
  const options = chooser === undefined ? undefined : parent?.def.shape?.[chooser]?.def.entries;
  if (chooser !== undefined && options) {
    const beside = path.split(".").slice(0, -1).concat(chooser).join(".");
    return Object.values(options).map((option) => ({ path, kind: option, chosenBy: { path: beside, option } }));
  }
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`What does "${name}" (${path}) name? Say so in the list of kinds.`);
  return [{ path, kind }];
}
