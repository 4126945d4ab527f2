import postgres from "postgres";
import { expect, onTestFinished, vi } from "vitest";
import { log } from "#server/core/log.ts";
import type { RoomFanout, RoomNews } from "#server/rooms/fanout/fanout.ts";
import { createPostgresFanout } from "#server/rooms/index.ts";
import { test } from "#tests/setup/test-database.ts";
import { editNotes, visibleNotes } from "./support/honest-history.ts";
import { ourClient } from "./support/our-client.ts";
import { integer, seededRandom } from "./support/random.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 15_000, interval: 10 };
const isPostgres = process.env.TEST_DATABASE_URL !== undefined;

/** Carries news between two servers of this process; `isDown` loses everything, as a broker that died. */
function sharedFanouts() {
  const listeners = [new Set<(news: RoomNews) => void>(), new Set<(news: RoomNews) => void>()];
  const network = { isDown: false };
  const fanouts = listeners.map((own, index): RoomFanout => ({
    isShared: true,
    publish: (news) => {
      if (!network.isDown) setImmediate(() => listeners[1 - index]!.forEach((hear) => hear(news)));
    },
    subscribe: (hear) => {
      own.add(hear);
      return () => own.delete(hear);
    },
    close: () => Promise.resolve(),
  }));
  return { fanouts, network };
}

async function setUp(db: Parameters<typeof RoomWorld.create>[0], fanouts: RoomFanout[]) {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "write");
  const roomId = await world.createRoom();
  const limits = { messageBurst: 1e6, roomMessageBurst: 1e6 };
  const [one, two] = await Promise.all(fanouts.map((fanout) => world.serve(limits, { fanout })));
  return { world, roomId, anna, ben, one: one!, two: two! };
}

test("A1.2 people on two processes write in one room and converge, and see each other", async ({ db }) => {
  const { fanouts } = sharedFanouts();
  const { roomId, anna, ben, one, two } = await setUp(db, fanouts);
  const a = stockClient(one.url, roomId, anna);
  const b = stockClient(two.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  const random = seededRandom(31);
  for (let i = 0; i < 200; i++) {
    editNotes([a, b][integer(random, 2)]!.doc, random);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await vi.waitFor(() => expect(visibleNotes(a.doc)).toBe(visibleNotes(b.doc)), WAIT);
  expect(textOf(a.doc).length).toBeGreaterThan(100);
  const names = () =>
    [...a.provider.awareness.getStates().values()].map(({ user }) => (user as { name: string })?.name);
  await vi.waitFor(() => expect(names()).toContain("Ben"), WAIT);
});

test("A1.2 a broker that loses everything delays, and never divides", async ({ db }) => {
  const { fanouts, network } = sharedFanouts();
  const { roomId, anna, ben, one, two } = await setUp(db, fanouts);
  const a = ourClient(one.url, roomId, anna);
  const b = ourClient(two.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  network.isDown = true;
  addParagraph(a.doc, "from one");
  addParagraph(b.doc, "from two");
  await vi.waitFor(() => expect(a.unsavedCount() + b.unsavedCount()).toBe(0), WAIT);
  // Whoever writes next finds the hole in the log and reads what the other process wrote.
  addParagraph(a.doc, "again");
  await vi.waitFor(() => expect(textOf(a.doc)).toContain("from two"), WAIT);
  network.isDown = false;
  addParagraph(b.doc, "heard again");
  await vi.waitFor(() => expect(textOf(a.doc)).toBe(textOf(b.doc)), WAIT);
});

test("A1.2 a client that moves to another process goes on where it was", async ({ db }) => {
  const { fanouts, network } = sharedFanouts();
  const { roomId, anna, one, two } = await setUp(db, fanouts);
  const client = ourClient(one.url, roomId, anna);
  await vi.waitFor(() => expect(client.provider.synced).toBe(true), WAIT);
  const text = addParagraph(client.doc, "one");
  const witness = stockClient(two.url, roomId, anna);
  await vi.waitFor(() => expect(textOf(witness.doc)).toContain("one"), WAIT);
  network.isDown = true;
  text.insert(3, " two");
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);
  client.provider.disconnect();
  text.insert(7, " three");
  client.provider.serverUrl = two.url;
  client.provider.connect();
  await vi.waitFor(() => expect(textOf(witness.doc)).toContain("one two three"), WAIT);
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);
});

test.runIf(isPostgres)("A1.2 two processes hear of each other through PostgreSQL", async ({ db, handle }) => {
  const fanouts = await Promise.all(
    [0, 1].map(async () => {
      const client = postgres(handle.adminUrl!, { max: 1, onnotice: () => undefined });
      onTestFinished(() => client.end({ timeout: 1 }));
      return createPostgresFanout(client, log);
    }),
  );
  const { roomId, anna, ben, one, two } = await setUp(db, fanouts);
  const a = ourClient(one.url, roomId, anna);
  const b = ourClient(two.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  addParagraph(a.doc, "through the database");
  await vi.waitFor(() => expect(textOf(b.doc)).toContain("through the database"), WAIT);
  addParagraph(b.doc, "and back");
  await vi.waitFor(() => expect(textOf(a.doc)).toBe(textOf(b.doc)), WAIT);
  const names = () => [...a.awareness.getStates().values()].map(({ user }) => (user as { name: string }).name);
  await vi.waitFor(() => expect(names()).toContain("Ben"), WAIT);
});
