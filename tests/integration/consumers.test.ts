import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { eventDeadLetter } from "#db/schema/index.ts";
import { runConsumer, startConsumers, type Consumer } from "#server/core/consumers.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { createTask } from "#server/tasks/index.ts";
import { createTestWorkspace } from "../factories.ts";
import { test } from "../setup/test-database.ts";

const now = () => new Date();

test("a follower gets each event once and in order; one it cannot digest is set aside and the others take effect", async ({
  db,
}) => {
  const world = await createTestWorkspace(db);
  const bulk = { ...(await world.ctx("rep")), requestId: "one request" };
  const ids: string[] = [];
  for (let i = 0; i < 120; i += 1) ids.push((await createTask(bulk, { title: `Task ${i}` })).id);
  await world.settle();

  const seen: string[] = [];
  const sizes: number[] = [];
  const follower: Consumer = {
    name: `test.${world.workspaceId}`,
    wants: (type) => type === "task.created",
    handle(_ctx, events) {
      const own = events.filter(({ workspaceId }) => workspaceId === world.workspaceId);
      if (own.some(({ subjectId }) => subjectId === ids[70])) throw new Error("indigestible");
      seen.push(...own.map(({ subjectId }) => subjectId));
      sizes.push(own.length);
      return Promise.resolve();
    },
  };
  while (await runConsumer(db, follower, now));
  expect(seen).toEqual(ids.filter((_, i) => i !== 70));
  expect(Math.max(...sizes)).toBeGreaterThan(1);
  const dead = await withSystemTransaction(db, (tx) =>
    tx.select().from(eventDeadLetter).where(eq(eventDeadLetter.consumer, follower.name)),
  );
  expect(dead).toMatchObject([{ workspaceId: world.workspaceId, error: "Error: indigestible" }]);
  expect(await runConsumer(db, follower, now)).toBe(false);
  expect(seen).toHaveLength(119);
});

test("followers take turns: one with much to do keeps no other waiting", async ({ db }) => {
  const world = await createTestWorkspace(db);
  const ctx = await world.ctx("rep");
  for (let i = 0; i < 450; i += 1) await createTask(ctx, { title: `Task ${i}` });
  await world.settle();

  const order: string[] = [];
  const follower = (name: string): Consumer => ({
    name: `test.${name}.${world.workspaceId}`,
    wants: (type) => type === "task.created",
    handle(_ctx, events) {
      for (const { workspaceId } of events) if (workspaceId === world.workspaceId) order.push(name);
      return Promise.resolve();
    },
  });
  const running = startConsumers(db, [follower("first"), follower("second")], 50, now);
  await expect.poll(() => order.length, { timeout: 60_000 }).toBe(900);
  await running.stop();
  expect(order.indexOf("second")).toBeLessThan(order.lastIndexOf("first"));
});
