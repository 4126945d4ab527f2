import { randomBytes } from "node:crypto";
import { expect, vi } from "vitest";
import { frameStep1, frameUpdate } from "#server/rooms/wire/frames.ts";
import { test } from "#tests/setup/test-database.ts";
import { integer, seededRandom } from "./support/random.ts";
import { RawClient } from "./support/raw-client.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 15_000, interval: 5 };

test("S12 an upgrade from a foreign origin, without a session or without rights gets a status and no socket", async ({
  db,
}) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, cleo } = world.people;
  world.origins.add("https://crm.example");
  const status = async (...args: Parameters<typeof RawClient.connect>) =>
    (await RawClient.connect(...args)).refusedWith;
  expect(await status(served.url, roomId, anna, { origin: "https://evil.example" })).toBe(403);
  expect(await status(served.url, roomId, anna, { origin: "https://crm.example.evil.example" })).toBe(403);
  expect(await status(served.url, roomId, anna, { origin: "null" })).toBe(403);
  expect(await status(served.url, roomId, anna, { origin: "https://crm.example" })).toBeUndefined();
  expect(await status(served.url, roomId)).toBe(401);
  expect(await status(served.url, roomId, cleo)).toBe(404);
  expect(await status(served.url, "not-a-room", anna)).toBe(404);
  expect(served.rooms.stats().peers).toBe(1);
});

test("S14 too many upgrades of one session, rooms of one user or peers in one room are refused", async ({ db }) => {
  const { world, served, roomId } = await setUp(db, { maxPeersPerRoom: 3, maxRoomsPerUser: 2, upgradesPerMinute: 6 });
  const { anna, ben } = world.people;
  const connect = async (room: string, person = anna) =>
    (await RawClient.connect(served.url, room, person)).refusedWith;
  for (let i = 0; i < 3; i++) expect(await connect(roomId)).toBeUndefined();
  expect(await connect(roomId)).toBe(429);
  expect(await connect(await world.createRoom())).toBeUndefined();
  expect(await connect(await world.createRoom())).toBe(429);
  // Anna's session has used its six tries; Ben's has not.
  expect(await connect(roomId)).toBe(429);
  expect(await connect(await world.createRoom(), ben)).toBeUndefined();
});

test("S14 an oversized message and a flood close the socket; an unknown room is gone", async ({ db }) => {
  const { world, served, roomId } = await setUp(db, {
    maxUpdateBytes: 10_000,
    maxMergeBytes: 20_000,
    messageBurst: 50,
  });
  const { anna } = world.people;
  const code = async (say: (client: RawClient) => void, room = roomId) => {
    const client = await RawClient.connect(served.url, room, anna);
    say(client);
    await vi.waitFor(() => expect(client.closeCode).toBeDefined(), WAIT);
    return client.closeCode;
  };
  expect(await code((client) => client.sendBytes(frameUpdate(new Uint8Array(11_000))))).toBe(4413);
  expect(await code((client) => client.sendBytes(new Uint8Array(30_000)))).toBe(1009);
  expect(await code((client) => Array.from({ length: 60 }, () => client.sendBytes(frameStep1(Uint8Array.of(0)))))).toBe(
    1013,
  );
  expect(await code(() => undefined, "00000000-0000-4000-8000-000000000000")).toBe(4404);
});

test("S15 garbage closes only its own socket: the process lives and other rooms do not notice", async ({ db }) => {
  const { world, served, roomId } = await setUp(db, { upgradesPerMinute: 100_000, maxPeersPerRoom: 1_000 });
  const { anna, ben } = world.people;
  const a = stockClient(served.url, roomId, anna);
  const b = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  const text = addParagraph(a.doc, "honest ");
  const target = await world.createRoom();
  const random = seededRandom(99);
  const outcomes = new Map<number | undefined, number>();
  for (let i = 0; i < 150; i++) {
    const client = await RawClient.connect(served.url, target, ben);
    for (let j = 0; j < 40; j++) client.sendBytes(garbage(random));
    await Promise.race([
      vi.waitFor(() => expect(client.closeCode).toBeDefined(), WAIT),
      new Promise((resolve) => setTimeout(resolve, 20)),
    ]);
    outcomes.set(client.closeCode, (outcomes.get(client.closeCode) ?? 0) + 1);
    client.socket.terminate();
    if (i % 10 === 0) text.insert(text.length, String(i % 7));
  }
  expect(outcomes.get(4400)).toBeGreaterThan(100);
  await vi.waitFor(() => expect(textOf(b.doc)).toBe(textOf(a.doc)), WAIT);
  expect(textOf(b.doc)).toContain("honest 03625");
});

test("S15 a message in thousands of fragments, text and wrong close codes end the socket alone", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const honest = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(honest.provider.synced).toBe(true), WAIT);
  const fragments = await RawClient.connect(served.url, roomId, ben);
  for (let i = 0; i < 20_000 && fragments.closeCode === undefined; i++)
    fragments.socket.send(Uint8Array.of(0), { fin: false });
  await vi.waitFor(() => expect(fragments.closeCode).toBeDefined(), WAIT);
  const words = await RawClient.connect(served.url, roomId, ben);
  words.socket.send("hello");
  await vi.waitFor(() => expect(words.closeCode).toBe(4400), WAIT);
  const badCode = await RawClient.connect(served.url, roomId, ben);
  // A close frame with code 5, written past the library.
  (badCode.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
    Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0, 5]),
  );
  await vi.waitFor(() => expect(badCode.closeCode).toBeDefined(), WAIT);
  addParagraph(honest.doc, "unharmed");
  const later = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(textOf(later.doc)).toContain("unharmed"), WAIT);
});

function garbage(random: () => number): Uint8Array {
  const bytes = new Uint8Array(randomBytes(1 + integer(random, 60)));
  const choice = random();
  if (choice < 0.3) bytes.set([0, integer(random, 3)].slice(0, bytes.length));
  else if (choice < 0.5) bytes.fill(0xff, Math.min(2, bytes.length));
  else if (choice < 0.6) bytes[0] = 1;
  return bytes;
}

type Limits = Parameters<RoomWorld["serve"]>[0];

async function setUp(db: Parameters<typeof RoomWorld.create>[0], limits: Limits = {}) {
  const world = await RoomWorld.create(db);
  world.allow(world.people.anna, "write");
  world.allow(world.people.ben, "write");
  return { world, roomId: await world.createRoom(), served: await world.serve(limits) };
}
