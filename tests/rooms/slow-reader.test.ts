import { expect, vi } from "vitest";
import { test } from "#tests/setup/test-database.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 15_000, interval: 10 };
const FAST = { messageBurst: 1e6, roomMessageBurst: 1e6 };

/** Stops a client's socket from reading, as a phone in a tunnel does; nothing is closed. */
function tunnel(client: ReturnType<typeof stockClient>) {
  const { _socket } = client.provider.ws as unknown as { _socket: { pause(): void; resume(): void } };
  _socket.pause();
  return { end: () => _socket.resume() };
}

async function setUp(db: Parameters<typeof RoomWorld.create>[0], limits: Parameters<RoomWorld["serve"]>[0]) {
  const world = await RoomWorld.create(db);
  const { anna, ben, cleo } = world.people;
  for (const person of [anna, ben, cleo]) world.allow(person, "write");
  const roomId = await world.createRoom();
  const served = await world.serve({ ...FAST, ...limits });
  const [writer, witness, slow] = [anna, ben, cleo].map((person) => stockClient(served.url, roomId, person));
  const all = [writer!, witness!, slow!];
  await vi.waitFor(() => expect(all.every(({ provider }) => provider.synced)).toBe(true), WAIT);
  return { served, writer: writer!, witness: witness!, slow: slow! };
}

test("A1.2 a reader that stops reading is left behind, costs the others nothing, and catches up without reconnecting", async ({
  db,
}) => {
  const { served, writer, witness, slow } = await setUp(db, { lagBytes: 200_000 });
  const lagging = async () => (await served.metrics.laggingPeers.get()).values[0]!.value;
  let reconnects = 0;
  slow.provider.on("connection-close", () => reconnects++);
  const passage = tunnel(slow);
  const words = "x".repeat(10_000);
  for (let i = 0; i < 600; i++) {
    const text = addParagraph(writer.doc, `${i} ${words}`);
    // What was written is taken back, so that the document stays small while the traffic does not.
    text.delete(0, 10_000);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  addParagraph(writer.doc, "last words");
  await vi.waitFor(() => expect(textOf(witness.doc)).toContain("last words"), WAIT);
  await vi.waitFor(async () => expect(await lagging()).toBe(1), WAIT);
  expect(textOf(slow.doc)).not.toContain("last words");
  passage.end();
  await vi.waitFor(() => expect(textOf(slow.doc)).toBe(textOf(writer.doc)), WAIT);
  expect(reconnects).toBe(0);
  await vi.waitFor(async () => expect(await lagging()).toBe(0), WAIT);
  addParagraph(writer.doc, "live again");
  await vi.waitFor(() => expect(textOf(slow.doc)).toContain("live again"), WAIT);
});

test("A1.2 S14 a reader that never reads again is closed, and told to come back", async ({ db }) => {
  const { served, writer, slow } = await setUp(db, { lagBytes: 100_000, lagCloseMs: 300 });
  tunnel(slow);
  for (let i = 0; i < 600; i++) {
    addParagraph(writer.doc, "y".repeat(10_000)).delete(0, 10_000);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await vi.waitFor(() => expect(served.rooms.stats().peers).toBe(2), WAIT);
});
