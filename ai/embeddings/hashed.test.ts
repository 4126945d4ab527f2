import { expect, test } from "vitest";
import { HASHED_MODEL, hashedEmbedding } from "./hashed.ts";

const cosine = (a: string, b: string) => {
  const [x, y] = [hashedEmbedding(a), hashedEmbedding(b)];
  return x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
};

test("the vector has 1,024 dimensions and length 1; a text without words is zero", () => {
  const vector = hashedEmbedding("The contract was signed on Friday.");
  expect(vector).toHaveLength(HASHED_MODEL.dims);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  expect(hashedEmbedding(" … ").every((value) => value === 0)).toBe(true);
});

test("misspelt and related texts are nearer than unrelated ones", () => {
  const question = "discount for the subscription renewal";
  expect(cosine(question, "discuont for subscripton renewals")).toBeGreaterThan(0.4);
  expect(cosine(question, "We can renew the subscription at a discount")).toBeGreaterThan(
    cosine(question, "The parking garage is closed today") + 0.2,
  );
});

test("the same text always gives the same bytes", () => {
  // A change of these numbers is a new model: vectors already stored would no longer compare.
  const vector = hashedEmbedding("Acme renewal 2026");
  const strongest = [...vector.entries()]
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, 3)
    .map(([slot, value]) => `${slot}:${value.toFixed(4)}`);
  expect(strongest).toMatchInlineSnapshot(`
    [
      "287:0.3833",
      "343:0.3833",
      "783:0.3833",
    ]
  `);
});
