import { expect, vi } from "vitest";
import type { KeptEdit } from "#app/rooms/unsaved-store.ts";
import type { RoomStore } from "#server/rooms/store/room-store.ts";
import { test } from "#tests/setup/test-database.ts";
import { memoryStore, ourClient } from "./support/our-client.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 10_000, interval: 10 };

/** A store whose writes can be held back, as when the disk is slow, or made to fail, as when the database is away. */
function controlledStore() {
  let release: (() => void) | undefined;
  let held: Promise<void> | undefined;
  const control = {
    isAway: false,
    failures: 0,
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release: () => release?.(),
    wrap: (store: RoomStore): RoomStore => ({
      ...store,
      append: async (updates) => {
        await held;
        if (control.isAway) {
          control.failures++;
          throw new Error("connection refused");
        }
        return store.append(updates);
      },
    }),
  };
  return control;
}

test("A1.4 an edit counts as unsaved until its row is in the database, and only then shows as saved", async ({
  db,
}) => {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "read");
  const roomId = await world.createRoom();
  const store = controlledStore();
  const served = await world.serve({}, store);
  const client = ourClient(served.url, roomId, anna);
  const reader = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(client.provider.synced && reader.provider.synced).toBe(true), WAIT);
  expect(client.unsavedCount()).toBe(0);

  store.hold();
  const text = addParagraph(client.doc, "one");
  text.insert(3, " two");
  text.delete(0, 1);
  expect(client.unsavedCount()).toBe(3);
  // Others see it before it is durable; nobody is told that it is.
  await vi.waitFor(() => expect(textOf(reader.doc)).toContain("ne two"), WAIT);
  expect(client.state()).toMatchObject({ unsavedCount: 3, savedAt: null });
  expect(await countRows(world, roomId)).toBe(0);

  store.release();
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);
  expect(await countRows(world, roomId)).toBe(3);
  expect(client.state().savedAt).toBeInstanceOf(Date);
});

test("A1.4 while the database is away typing goes on unsaved, and is saved when it comes back", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "write");
  const roomId = await world.createRoom();
  const store = controlledStore();
  const served = await world.serve({}, store);
  const client = ourClient(served.url, roomId, anna);
  const other = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(client.provider.synced && other.provider.synced).toBe(true), WAIT);

  store.isAway = true;
  addParagraph(client.doc, "while away");
  await vi.waitFor(() => expect(textOf(other.doc)).toContain("while away"), WAIT);
  await vi.waitFor(() => expect(client.state().isStorageAway).toBe(true), WAIT);
  await vi.waitFor(() => expect(store.failures).toBeGreaterThan(1), WAIT);
  expect(client.unsavedCount()).toBe(1);

  store.isAway = false;
  await vi.waitFor(() => expect(client.state()).toMatchObject({ unsavedCount: 0, isStorageAway: false }), WAIT);
  expect(await countRows(world, roomId)).toBe(1);
});

test("A1.4 when no more can wait for the database, edits stay with their writer and follow later", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "write");
  const roomId = await world.createRoom();
  const store = controlledStore();
  const served = await world.serve({ maxUnsavedBytes: 2_000 }, store);
  const client = ourClient(served.url, roomId, anna);
  const other = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(client.provider.synced && other.provider.synced).toBe(true), WAIT);

  store.isAway = true;
  for (let i = 0; i < 20; i++) addParagraph(client.doc, `paragraph ${i} ${"x".repeat(200)}`);
  await vi.waitFor(() => expect(client.state().isStorageAway).toBe(true), WAIT);
  expect(served.rooms.stats().unsavedBytes).toBeLessThanOrEqual(2_000);
  expect(client.unsavedCount()).toBe(20);
  expect(textOf(other.doc)).not.toContain("paragraph 19");

  store.isAway = false;
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);
  await vi.waitFor(() => expect(textOf(other.doc)).toBe(textOf(client.doc)), WAIT);
  expect(textOf(other.doc)).toContain("paragraph 19");
});

test("A1.4 words typed without a network survive the browser, and are saved on the next visit", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna } = world.people;
  world.allow(anna, "write");
  const roomId = await world.createRoom();
  const served = await world.serve();
  const kept = new Map<number, KeptEdit>();
  const first = ourClient(served.url, roomId, anna, { unsavedStore: memoryStore(kept) });
  await vi.waitFor(() => expect(first.provider.synced).toBe(true), WAIT);
  const text = addParagraph(first.doc, "online");
  await vi.waitFor(() => expect(first.unsavedCount()).toBe(0), WAIT);
  await vi.waitFor(() => expect(kept.size).toBe(0), WAIT);

  first.provider.disconnect();
  text.insert(6, " offline");
  text.insert(14, " words");
  expect(first.unsavedCount()).toBe(2);
  await vi.waitFor(() => expect(kept.size).toBe(2), WAIT);
  first.destroy();

  const second = ourClient(served.url, roomId, anna, { unsavedStore: memoryStore(kept) });
  await vi.waitFor(() => expect(textOf(second.doc)).toContain("online offline words"), WAIT);
  await vi.waitFor(() => expect(second.unsavedCount()).toBe(0), WAIT);
  await vi.waitFor(() => expect(kept.size).toBe(0), WAIT);
  const newcomer = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(textOf(newcomer.doc)).toContain("online offline words"), WAIT);
});

async function countRows(world: RoomWorld, roomId: string): Promise<number> {
  const rows = await world.db.execute<{ n: number }>(
    `select count(*) as n from room_update where room_id = '${roomId}'`,
  );
  return rows[0]!.n;
}
