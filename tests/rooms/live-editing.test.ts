import { expect, vi } from "vitest";
import * as Y from "yjs";
import { test } from "#tests/setup/test-database.ts";
import { editNotes, visibleNotes } from "./support/honest-history.ts";
import { integer, seededRandom } from "./support/random.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 10_000, interval: 10 };

test("A1.2 stock clients that write at once converge, and a newcomer sees the same", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna, ben, cleo } = world.people;
  for (const person of [anna, ben, cleo]) world.allow(person, "write");
  const roomId = await world.createRoom();
  const { url } = await world.serve({ messageBurst: 1e6 });
  const clients = [anna, ben, cleo].map((person) => stockClient(url, roomId, person));
  await vi.waitFor(() => expect(clients.every(({ provider }) => provider.synced)).toBe(true), WAIT);

  const random = seededRandom(5);
  for (let i = 0; i < 300; i++) {
    editNotes(clients[integer(random, 3)]!.doc, random);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await vi.waitFor(() => {
    for (const { doc } of clients.slice(1)) expect(visibleNotes(doc)).toBe(visibleNotes(clients[0]!.doc));
  }, WAIT);
  expect(textOf(clients[0]!.doc).length).toBeGreaterThan(100);

  const newcomer = stockClient(url, roomId, anna);
  await vi.waitFor(() => expect(newcomer.provider.synced).toBe(true), WAIT);
  expect(visibleNotes(newcomer.doc)).toBe(visibleNotes(clients[0]!.doc));
  expect(newcomer.doc.store.pendingStructs).toBeNull();
});

test("A1.2 what was written survives a restart of the server, offline edits on both sides are merged", async ({
  db,
}) => {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "write");
  const roomId = await world.createRoom();
  const first = await world.serve();
  const { port } = first;
  const a = stockClient(first.url, roomId, anna);
  const b = stockClient(first.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  const text = addParagraph(a.doc, "before");
  await vi.waitFor(() => expect(textOf(b.doc)).toContain("before"), WAIT);

  await first.stop();
  await vi.waitFor(() => expect(a.provider.wsconnected || b.provider.wsconnected).toBe(false), WAIT);
  text.insert(0, "Anna offline, ");
  addParagraph(b.doc, "Ben offline");

  const second = await world.serve({}, { port });
  await vi.waitFor(() => {
    expect(textOf(a.doc)).toBe(textOf(b.doc));
    expect(textOf(a.doc)).toContain("Anna offline, before");
    expect(textOf(a.doc)).toContain("Ben offline");
  }, WAIT);
  await second.stop();
});

test("A1.2 the same words are stored once, however often clients come back with them", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna } = world.people;
  world.allow(anna, "write");
  const roomId = await world.createRoom();
  const served = await world.serve();
  const client = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(client.provider.synced).toBe(true), WAIT);
  const text = addParagraph(client.doc, "hello world");
  text.delete(0, 6);
  const rows = async () =>
    (await db.execute<{ n: number }>(`select count(*) as n from room_update where room_id = '${roomId}'`))[0]!.n;
  await vi.waitFor(async () => expect(await rows()).toBe(2), WAIT);
  for (let i = 0; i < 3; i++) {
    const again = stockClient(served.url, roomId, anna, clone(client.doc));
    await vi.waitFor(() => expect(again.provider.synced).toBe(true), WAIT);
  }
  const last = addParagraph(client.doc, "end");
  await vi.waitFor(async () => expect(await rows()).toBe(3), WAIT);
  expect(last.toString()).toBe("end");
});

function clone(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}
