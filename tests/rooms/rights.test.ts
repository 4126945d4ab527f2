import { expect, vi } from "vitest";
import { test } from "#tests/setup/test-database.ts";
import { forgeUpdate } from "./support/forged-update.ts";
import { ourClient } from "./support/our-client.ts";
import { RawClient } from "./support/raw-client.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";
import { frameUpdate } from "#server/rooms/wire/frames.ts";

const WAIT = { timeout: 10_000, interval: 5 };

test("A1.5 a reader sees and is seen, but nothing of his is taken", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  world.allow(ben, "read");
  const writer = stockClient(served.url, roomId, anna);
  const reader = ourClient(served.url, roomId, ben);
  const refused: string[] = [];
  const stubborn = ourClient(served.url, roomId, ben, {
    onRejected: (reason, words) => refused.push(`${reason}: ${words}`),
  });
  await vi.waitFor(
    () => expect(writer.provider.synced && reader.provider.synced && stubborn.provider.synced).toBe(true),
    WAIT,
  );
  expect(reader.state().role).toBe("read");

  addParagraph(writer.doc, "from the writer");
  await vi.waitFor(() => expect(textOf(reader.doc)).toContain("from the writer"), WAIT);
  await vi.waitFor(() => expect(names(writer.provider.awareness)).toContain("Ben"), WAIT);

  addParagraph(stubborn.doc, "from a reader");
  await vi.waitFor(() => expect(refused).toEqual(["read-only: from a reader"]), WAIT);
  addParagraph(writer.doc, "end");
  await vi.waitFor(() => expect(textOf(reader.doc)).toContain("end"), WAIT);
  expect(textOf(reader.doc)).not.toContain("from a reader");
  expect(textOf(writer.doc)).not.toContain("from a reader");
});

test("A1.5 whoever loses access is cut off at once, and nothing written afterwards is taken", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const witness = stockClient(served.url, roomId, anna);
  const client = ourClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(client.provider.synced && witness.provider.synced).toBe(true), WAIT);
  const text = addParagraph(client.doc, "a");
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);

  // Ben types without pause; the moment of the change is marked on the server's side.
  const typing = setInterval(() => text.insert(0, "b"), 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  world.allow(ben, "none");
  served.rooms.setRole(ben.id, roomId, "none");
  const atRevocation = await storedBytes(world, roomId);
  await vi.waitFor(() => expect(client.state()).toMatchObject({ status: "ended", endReason: "revoked" }), WAIT);
  clearInterval(typing);
  await served.stop();
  // Edits accepted before may still have been on their way to the disk, never more than one flush of them.
  expect((await storedBytes(world, roomId)) - atRevocation).toBeLessThan(30);
  expect(client.unsavedCount()).toBeGreaterThan(0);
});

test("A1.5 a writer who becomes a reader is told, comes back and reads on", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const roles: string[] = [];
  const writer = stockClient(served.url, roomId, anna);
  const client = ourClient(served.url, roomId, ben, { onRole: (role) => roles.push(role) });
  await vi.waitFor(() => expect(client.provider.synced && writer.provider.synced).toBe(true), WAIT);
  world.allow(ben, "read");
  served.rooms.setRole(ben.id, "all", "read");
  await vi.waitFor(() => expect(roles).toEqual(["read"]), WAIT);
  addParagraph(writer.doc, "still live");
  await vi.waitFor(() => expect(textOf(client.doc)).toContain("still live"), WAIT);

  world.allow(ben, "write");
  served.rooms.setRole(ben.id, "all", "write");
  await vi.waitFor(() => expect(roles).toEqual(["read", "write"]), WAIT);
  addParagraph(client.doc, "may write again");
  await vi.waitFor(() => expect(textOf(writer.doc)).toContain("may write again"), WAIT);
});

test("A1.5 S04 a sign-out ends the sockets of that sign-in and no others", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna } = world.people;
  const phone = ourClient(served.url, roomId, anna, { params: { user: anna.id, session: "phone" } });
  const laptop = ourClient(served.url, roomId, anna, { params: { user: anna.id, session: "laptop" } });
  await vi.waitFor(() => expect(phone.provider.synced && laptop.provider.synced).toBe(true), WAIT);
  served.rooms.closeSessions(new Set(["phone"]));
  await vi.waitFor(() => expect(phone.state().endReason).toBe("revoked"), WAIT);
  expect(laptop.state().status).toBe("live");
});

test("A1.5 a change of rights that nobody announced is found by the sweep", async ({ db }) => {
  const { world, served, roomId } = await setUp(db, { sweepMs: 50 });
  const client = ourClient(served.url, roomId, world.people.ben);
  await vi.waitFor(() => expect(client.provider.synced).toBe(true), WAIT);
  world.allow(world.people.ben, "none");
  await vi.waitFor(() => expect(client.state().endReason).toBe("revoked"), WAIT);
});

test("A1.3 nobody can write as somebody else: a foreign client id is refused on the wire", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const author = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(author.provider.synced).toBe(true), WAIT);
  const text = addParagraph(author.doc, "mine");
  const forger = await RawClient.connect(served.url, roomId, ben, { query: { x: "1" } });
  const clock = 2 + "mine".length;
  await vi.waitFor(async () => expect(await storedBytes(world, roomId)).toBeGreaterThan(0), WAIT);
  // Fourteen bytes that would swallow Anna's next thousand letters in every stock server.
  forger.sendBytes(
    frameUpdate(forgeUpdate([{ client: author.doc.clientID, clock, structs: [{ content: 0, length: 1000 }] }])),
  );
  await vi.waitFor(() => expect(forger.ofType(103)).toHaveLength(1), WAIT);
  text.insert(4, " and more");
  const reader = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(textOf(reader.doc)).toContain("mine and more"), WAIT);
});

type Limits = Parameters<RoomWorld["serve"]>[0];

async function setUp(db: Parameters<typeof RoomWorld.create>[0], limits: Limits = {}) {
  const world = await RoomWorld.create(db);
  world.allow(world.people.anna, "write");
  world.allow(world.people.ben, "write");
  return { world, roomId: await world.createRoom(), served: await world.serve(limits) };
}

const names = (awareness: { getStates(): Map<number, { user?: { name: string } }> }): string[] =>
  [...awareness.getStates().values()].flatMap(({ user }) => (user ? [user.name] : []));

async function storedBytes(world: RoomWorld, roomId: string): Promise<number> {
  const rows = await world.db.execute<{ n: number }>(
    `select count(*) as n from room_update where room_id = '${roomId}'`,
  );
  return rows[0]!.n;
}
