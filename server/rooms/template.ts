import * as Y from "yjs";
import type { RoomSubjectType } from "#db/schema/rooms.ts";
import { NOTES } from "./compaction/derive-blocks.ts";

interface Section {
  heading: string;
  level: 2 | 3;
}

const OPPORTUNITY: Section[] = [
  { heading: "Situation", level: 2 },
  { heading: "Decision process", level: 2 },
  { heading: "Risks", level: 2 },
  { heading: "Next steps", level: 2 },
  { heading: "Deal strategy", level: 2 },
  { heading: "Competitive position", level: 3 },
  { heading: "Interventions", level: 3 },
];
const ACCOUNT: Section[] = [
  { heading: "Situation", level: 2 },
  { heading: "Goals of the customer", level: 2 },
  { heading: "Relationships", level: 2 },
  { heading: "Risks", level: 2 },
  { heading: "Account plan", level: 2 },
];

export const TEMPLATES: Record<RoomSubjectType, readonly Section[]> = { opportunity: OPPORTUNITY, account: ACCOUNT };

/**
 * A new room's first edit: headings, each with an empty paragraph under it, or with the plan's. Headings that only the plan has
 * stand after the first.
 */
export function createTemplate(
  subjectType: RoomSubjectType,
  plan: Record<string, readonly string[]> = {},
): { bytes: Uint8Array; clientId: number } {
  const doc = new Y.Doc();
  const nodes = sectionsWith(subjectType, Object.keys(plan)).flatMap(({ heading, level }) => [
    element("heading", heading, { level }),
    ...(plan[heading]?.length ? plan[heading] : [""]).map((words) => element("paragraph", words)),
  ]);
  doc.getXmlFragment(NOTES).insert(0, nodes);
  const template = { bytes: Y.encodeStateAsUpdate(doc), clientId: doc.clientID };
  doc.destroy();
  return template;
}

function sectionsWith(subjectType: RoomSubjectType, headings: string[]): readonly Section[] {
  const [first, ...rest] = TEMPLATES[subjectType];
  const more = headings.filter((heading) => !TEMPLATES[subjectType].some((section) => section.heading === heading));
  return [first!, ...more.map((heading): Section => ({ heading, level: 2 })), ...rest];
}

function element(name: string, words: string, attributes: Record<string, number> = {}): Y.XmlElement {
  const node = new Y.XmlElement(name);
  // Yjs types attributes as strings; Tiptap's are any value, and its headings want a number.
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value as unknown as string);
  if (words !== "") node.insert(0, [new Y.XmlText(words)]);
  return node;
}
