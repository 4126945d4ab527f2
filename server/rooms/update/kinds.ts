import { MalformedInput } from "./byte-reader.ts";
import { Content, TypeKind } from "./walk-content.ts";
import type { ListFacts } from "./room-shape.ts";
import type { WalkedStruct } from "./walk-update.ts";

const TEXT: readonly Content[] = [Content.String, Content.Format, Content.Embed];
const VALUES: readonly Content[] = [Content.Any, Content.Json, Content.Binary];

/** Which content each type may hold as children, and as attributes. Anything else throws in the editor of every client. */
const CHILDREN: Record<TypeKind, readonly Content[]> = {
  [TypeKind.Array]: [...VALUES, Content.Embed, Content.Type],
  [TypeKind.Map]: [],
  [TypeKind.Text]: [...TEXT, Content.Type],
  [TypeKind.XmlElement]: [Content.Type],
  [TypeKind.XmlFragment]: [Content.Type],
  [TypeKind.XmlHook]: [],
  [TypeKind.XmlText]: TEXT,
};
const ATTRIBUTES: Record<TypeKind, readonly Content[]> = {
  [TypeKind.Array]: [],
  [TypeKind.Map]: [...VALUES, Content.Type],
  [TypeKind.Text]: VALUES,
  [TypeKind.XmlElement]: VALUES,
  [TypeKind.XmlFragment]: [],
  [TypeKind.XmlHook]: [...VALUES, Content.Type],
  [TypeKind.XmlText]: VALUES,
};

/** @throws MalformedInput if the list's type cannot hold this content, e.g. bare text among paragraphs. */
export function requireFittingKind(struct: WalkedStruct, list: ListFacts): void {
  if (list.kind === null || struct.content === Content.Deleted) return;
  const allowed = list.sub === null ? CHILDREN[list.kind] : ATTRIBUTES[list.kind];
  if (!allowed.includes(struct.content)) throw new MalformedInput("kind");
  const isXmlParent = list.kind === TypeKind.XmlElement || list.kind === TypeKind.XmlFragment;
  if (
    isXmlParent &&
    list.sub === null &&
    struct.typeKind !== TypeKind.XmlElement &&
    struct.typeKind !== TypeKind.XmlText
  ) {
    throw new MalformedInput("kind");
  }
}
