import { expect, test } from "vitest";
import { ClaimReader } from "./claim-reader.ts";

const answer = {
  sections: [
    {
      title: 'A "quoted" {title}',
      claims: [
        { text: 'x } ] \\ " {', kind: "fact", evidence: [{ handle: "h", quote: "q" }] },
        { text: "y", kind: "fact", evidence: [] },
      ],
    },
    { title: "B", claims: [{ text: "z", kind: "fact", evidence: [] }] },
  ],
  actions: [{ action: "create_task" }],
};
const expected = [
  { kind: "claim", section: 'A "quoted" {title}', value: answer.sections[0]?.claims[0] },
  { kind: "claim", section: 'A "quoted" {title}', value: answer.sections[0]?.claims[1] },
  { kind: "claim", section: "B", value: answer.sections[1]?.claims[0] },
  { kind: "action", value: answer.actions[0] },
];

test.each([1, 2, 3, 7, 1000])(
  "the same claims come out in pieces of %i characters, around prose and code fences",
  (size) => {
    const text = `Of course:\n\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\` done`;
    const reader = new ClaimReader();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...reader.push(text.slice(at, at + size)));
    expect(found).toEqual(expected);
    expect(reader.isComplete).toBe(true);
  },
);

test("a claim is handed out only with its closing brace, and a broken reply is not complete", () => {
  const reader = new ClaimReader();
  expect(reader.push('{"sections":[{"title":"A","claims":[{"text":"x","evidence":[]')).toEqual([]);
  expect(reader.push("}")).toHaveLength(1);
  expect(reader.isComplete).toBe(false);
});

test("an endless reply is refused", () => {
  const reader = new ClaimReader();
  expect(() => reader.push("{".repeat(200_001))).toThrow(RangeError);
});
