import * as encoding from "lib0/encoding";
import { expect, vi } from "vitest";
import type { Awareness } from "y-protocols/awareness";
import { framePresence } from "#server/rooms/wire/frames.ts";
import { test } from "#tests/setup/test-database.ts";
import { ourClient } from "./support/our-client.ts";
import { RawClient } from "./support/raw-client.ts";
import { RoomWorld, stockClient } from "./support/room-world.ts";

const WAIT = { timeout: 10_000, interval: 5 };

test("A1.3 everybody sees everybody, by the name of their session and not by the name they claim", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const honest = ourClient(served.url, roomId, anna);
  const liar = stockClient(served.url, roomId, ben);
  liar.provider.awareness.setLocalState({
    user: { name: "Anna", id: anna.id, color: "red" },
    cursor: { anchor: 1, head: 2 },
  });
  await vi.waitFor(() => {
    expect(stateOf(honest.awareness, liar.doc.clientID)).toMatchObject({
      user: { name: "Ben", id: ben.id, role: "write" },
      cursor: { anchor: 1, head: 2 },
    });
    expect(stateOf(liar.provider.awareness, honest.doc.clientID)).toMatchObject({
      user: { name: "Anna", id: anna.id },
    });
  }, WAIT);
});

test("A1.3 nobody can appear under the client id of somebody else", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const victim = ourClient(served.url, roomId, anna);
  const witness = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(stateOf(witness.provider.awareness, victim.doc.clientID)).toBeDefined(), WAIT);
  const impostor = await RawClient.connect(served.url, roomId, ben);
  impostor.sendBytes(presenceOf(victim.doc.clientID, 1000, { cursor: "stolen" }));
  impostor.sendBytes(presenceOf(77, 1, { cursor: "own" }));
  await vi.waitFor(
    () => expect(stateOf(witness.provider.awareness, 77)).toMatchObject({ cursor: "own", user: { name: "Ben" } }),
    WAIT,
  );
  expect(stateOf(witness.provider.awareness, victim.doc.clientID)).toMatchObject({ user: { name: "Anna" } });
  expect(stateOf(witness.provider.awareness, victim.doc.clientID)).not.toHaveProperty("cursor");
});

test("A1.3 who leaves disappears at once, who comes back is seen again", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const witness = ourClient(served.url, roomId, anna);
  const guest = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(stateOf(witness.awareness, guest.doc.clientID)).toBeDefined(), WAIT);
  // The connection breaks without a word, as when a lid is closed; the stock client then comes back with the same clock.
  for (let i = 0; i < 3; i++) {
    (guest.provider.ws as unknown as { terminate(): void }).terminate();
    await vi.waitFor(() => expect(stateOf(witness.awareness, guest.doc.clientID)).toBeUndefined(), WAIT);
    await vi.waitFor(() => expect(stateOf(witness.awareness, guest.doc.clientID)).toBeDefined(), WAIT);
  }
});

test("A1.3 our client speaks of itself only, and a state that is too large is not passed on", async ({ db }) => {
  const { world, served, roomId } = await setUp(db);
  const { anna, ben } = world.people;
  const spy = await RawClient.connect(served.url, roomId, ben);
  const one = ourClient(served.url, roomId, anna);
  const two = ourClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(stateOf(one.awareness, two.doc.clientID)).toBeDefined(), WAIT);
  const before = spy.ofType(1).length;
  one.awareness.setLocalStateField("cursor", "x".repeat(3_000));
  two.awareness.setLocalStateField("cursor", "moved");
  await vi.waitFor(() => expect(stateOf(one.awareness, two.doc.clientID)).toMatchObject({ cursor: "moved" }), WAIT);
  const heard = spy.ofType(1).slice(before);
  expect(heard.length).toBeLessThanOrEqual(2);
  expect(Math.max(...heard.map(({ byteLength }) => byteLength))).toBeLessThan(500);
});

async function setUp(db: Parameters<typeof RoomWorld.create>[0]) {
  const world = await RoomWorld.create(db);
  world.allow(world.people.anna, "write");
  world.allow(world.people.ben, "write");
  return { world, roomId: await world.createRoom(), served: await world.serve() };
}

const stateOf = (awareness: Awareness, client: number) => awareness.getStates().get(client);

function presenceOf(client: number, clock: number, state: object): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of [1, client, clock]) encoding.writeVarUint(encoder, value);
  encoding.writeVarString(encoder, JSON.stringify(state));
  return framePresence(encoding.toUint8Array(encoder));
}
