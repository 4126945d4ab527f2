import * as encoding from "lib0/encoding";
import { Content } from "#server/rooms/update/walk-content.ts";
import type { StructId } from "#server/rooms/update/walk-update.ts";

export interface ForgedStruct {
  content: number;
  origin?: StructId | null;
  rightOrigin?: StructId | null;
  parent?: StructId | string;
  parentSub?: string;
  /** For garbage and deleted content. */
  length?: number;
  text?: string;
  typeKind?: number;
}

/** Writes an update by hand, so that tests can say what no honest client would. */
export function forgeUpdate(
  sections: { client: number; clock: number; structs: ForgedStruct[] }[],
  deletes: { client: number; clock: number; length: number }[] = [],
): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, sections.length);
  for (const { client, clock, structs } of sections) {
    encoding.writeVarUint(encoder, structs.length);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    for (const struct of structs) writeStruct(encoder, struct);
  }
  encoding.writeVarUint(encoder, deletes.length);
  for (const { client, clock, length } of deletes) {
    for (const value of [client, 1, clock, length]) encoding.writeVarUint(encoder, value);
  }
  return encoding.toUint8Array(encoder);
}

function writeStruct(encoder: encoding.Encoder, struct: ForgedStruct): void {
  const { content, origin = null, rightOrigin = null, parentSub } = struct;
  const isBare = content === Content.Gc || content === Content.Skip;
  const flags = isBare ? 0 : (origin ? 0x80 : 0) | (rightOrigin ? 0x40 : 0) | (parentSub === undefined ? 0 : 0x20);
  encoding.writeUint8(encoder, content | flags);
  if (!isBare) {
    if (origin) writeId(encoder, origin);
    if (rightOrigin) writeId(encoder, rightOrigin);
    if (!origin && !rightOrigin) writeParent(encoder, struct);
  }
  if (isBare || content === Content.Deleted) encoding.writeVarUint(encoder, struct.length ?? 1);
  else if (content === Content.String) encoding.writeVarString(encoder, struct.text ?? "z");
  else if (content === Content.Format) {
    encoding.writeVarString(encoder, "bold");
    encoding.writeVarString(encoder, struct.text ?? "true");
  } else if (content === Content.Type) {
    const kind = struct.typeKind ?? 6;
    encoding.writeVarUint(encoder, kind);
    if (kind === 3) encoding.writeVarString(encoder, "paragraph");
  } else if (content === Content.Any) {
    encoding.writeVarUint(encoder, 1);
    encoding.writeAny(encoder, struct.text ?? 1);
  }
}

function writeParent(encoder: encoding.Encoder, { parent = "notes", parentSub }: ForgedStruct): void {
  if (typeof parent === "string") {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, parent);
  } else {
    encoding.writeVarUint(encoder, 0);
    writeId(encoder, parent);
  }
  if (parentSub !== undefined) encoding.writeVarString(encoder, parentSub);
}

function writeId(encoder: encoding.Encoder, { client, clock }: StructId): void {
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
}
