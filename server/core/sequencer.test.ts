import { expect, test } from "vitest";
import { startWokenLoop } from "./sequencer.ts";

test("stopping does not wait for a backlog: a turn of many steps ends at its next one", async () => {
  let steps = 0;
  const loop = startWokenLoop("log", 60_000, async (isStopped) => {
    for (; steps < 1_000_000 && !isStopped(); steps++) await new Promise((resolve) => setImmediate(resolve));
  });
  await new Promise((resolve) => setImmediate(resolve));
  await loop.stop();
  expect(steps).toBeLessThan(1_000_000);
});
