import { afterEach, beforeEach, expect, vi } from "vitest";

let errors: unknown[][] = [];

/** The lines a test expects on the error console; returns and forgets them. */
export function takeConsoleErrors(): unknown[][] {
  const taken = errors;
  errors = [];
  return taken;
}

beforeEach(() => {
  errors = [];
  vi.spyOn(console, "error").mockImplementation((...parts) => void errors.push(parts));
});

afterEach(() => {
  expect(takeConsoleErrors(), "the test wrote to the error console").toEqual([]);
});
