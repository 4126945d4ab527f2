import { and, eq } from "drizzle-orm";
import { Registry } from "prom-client";
import { expect, onTestFinished, vi } from "vitest";
import * as Y from "yjs";
import type { Database } from "#db/client.ts";
import { room, roomBlock, roomSnapshot, roomUpdate } from "#db/schema/index.ts";
import { log } from "#server/core/log.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { RoomCompactor } from "#server/rooms/compaction/compactor.ts";
import type { AnchorKeeper } from "#server/rooms/compaction/compactor.ts";
import { createRoomMetrics } from "#server/rooms/metrics.ts";
import { test } from "#tests/setup/test-database.ts";
import { forgeUpdate } from "./support/forged-update.ts";
import { editNotes, visibleNotes } from "./support/honest-history.ts";
import { seededRandom } from "./support/random.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 15_000, interval: 20 };

test("A1.2 compaction shortens the log's reading, and a newcomer sees the same as those who were there", async ({
  db,
}) => {
  const { world, roomId, compactor } = await setUp(db);
  const { anna, ben } = world.people;
  const served = await world.serve({ compactUpdates: 50, messageBurst: 1e5, roomMessageBurst: 1e5 }, { compactor });
  const a = stockClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(a.provider.synced).toBe(true), WAIT);
  const random = seededRandom(21);
  for (let i = 0; i < 400; i++) {
    editNotes(a.doc, random);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await vi.waitFor(async () => expect((await stored(db, world, roomId)).snapshotSeq).toBeGreaterThan(100), WAIT);
  await vi.waitFor(async () => {
    const { headSeq, derivedSeq } = await stored(db, world, roomId);
    expect(derivedSeq).toBe(headSeq);
  }, WAIT);
  const live = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(live.provider.synced).toBe(true), WAIT);
  expect(visibleNotes(live.doc)).toBe(visibleNotes(a.doc));

  await served.stop();
  const again = await world.serve();
  const cold = stockClient(again.url, roomId, ben);
  await vi.waitFor(() => expect(cold.provider.synced).toBe(true), WAIT);
  expect(visibleNotes(cold.doc)).toBe(visibleNotes(a.doc));
  const rows = await withSystemTransaction(db, (tx) => tx.$count(roomUpdate, eq(roomUpdate.roomId, roomId)));
  expect(rows).toBeGreaterThan(300);
});

test("A1.9 what was written stands in the blocks within seconds, with its headings and authors", async ({ db }) => {
  const { world, roomId, compactor } = await setUp(db);
  const { anna, ben } = world.people;
  const served = await world.serve({ deriveAfterMs: 100 }, { compactor });
  const a = stockClient(served.url, roomId, anna);
  const b = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(a.provider.synced && b.provider.synced).toBe(true), WAIT);
  a.doc.transact(() => {
    const heading = new Y.XmlElement("heading");
    heading.setAttribute("level", "2");
    heading.insert(0, [new Y.XmlText("Risks")]);
    a.notes.insert(0, [heading]);
    addParagraph(a.doc, "Budget is not approved");
  });
  await vi.waitFor(() => expect(textOf(b.doc)).toContain("Budget"), WAIT);
  const text = (b.notes.get(1) as Y.XmlElement).get(0) as Y.XmlText;
  text.insert(text.length, " before June");
  await vi.waitFor(async () => {
    expect(await blocks(db, world, roomId)).toMatchObject([
      { kind: "heading", text: "Risks", path: [], authors: [anna.id] },
      { kind: "paragraph", text: "Budget is not approved before June", path: ["Risks"] },
    ]);
  }, WAIT);
  const [heading, paragraph] = await blocks(db, world, roomId);
  expect([...paragraph!.authors].sort()).toEqual([anna.id, ben.id].sort());

  // An edit elsewhere leaves a block's hash and position in the log alone.
  text.delete(0, 6);
  await vi.waitFor(async () => expect((await blocks(db, world, roomId))[1]!.text).toMatch(/^ ?is not/), WAIT);
  const [later] = await blocks(db, world, roomId);
  expect(later).toEqual(heading);
  expect((await stored(db, world, roomId)).plainText).toBe("Risks\nis not approved before June");
});

test("A2.3 a marked passage is followed: changed, then found again by its words, then orphaned", async ({ db }) => {
  const results: string[] = [];
  const anchors: AnchorKeeper = {
    list: () => Promise.resolve(marked),
    save: (_, resolved) => {
      for (const { state, text } of resolved)
        if (results.at(-1) !== `${state}: ${text}`) results.push(`${state}: ${text}`);
      return Promise.resolve();
    },
  };
  const marked: Awaited<ReturnType<AnchorKeeper["list"]>> = [];
  const { world, roomId, compactor } = await setUp(db, anchors);
  const served = await world.serve({ deriveAfterMs: 50 }, { compactor });
  const client = stockClient(served.url, roomId, world.people.anna);
  await vi.waitFor(() => expect(client.provider.synced).toBe(true), WAIT);
  const text = addParagraph(client.doc, "The buyer wants a pilot first");
  const position = (index: number, assoc: number) =>
    Buffer.from(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, index, assoc))).toString("base64");
  const anchor = {
    start: position(10, 0),
    end: position(23, -1),
    blockId: null,
    quote: "wants a pilot",
    before: "",
    after: "",
    seq: 1,
  };
  marked.push({ itemId: "item", anchor });
  text.insert(0, "Note: ");
  await vi.waitFor(() => expect(results.at(-1)).toMatch(/^(same|moved): wants a pilot$/), WAIT);
  text.insert(text.toString().indexOf("pilot"), "paid ");
  await vi.waitFor(() => expect(results.at(-1)).toBe("changed: wants a paid pilot"), WAIT);
  client.doc.transact(() => {
    client.notes.delete(0, 1);
    addParagraph(client.doc, "Moved here: wants a pilot, said Lee");
  });
  await vi.waitFor(() => expect(results.at(-1)).toBe("reattached: wants a pilot"), WAIT);
  client.notes.delete(0, 1);
  addParagraph(client.doc, "nothing left");
  await vi.waitFor(() => expect(results.at(-1)).toBe("orphaned: null"), WAIT);
});

test("S15 a row that damages the document is set aside, the rest of the log is kept, the room opens again", async ({
  db,
}) => {
  const { world, roomId, compactor } = await setUp(db);
  const served = await world.serve({}, { compactor });
  const client = stockClient(served.url, roomId, world.people.anna);
  await vi.waitFor(() => expect(client.provider.synced).toBe(true), WAIT);
  addParagraph(client.doc, "good");
  await vi.waitFor(async () => expect((await stored(db, world, roomId)).headSeq).toBe(1), WAIT);
  await served.stop();
  // Rows that no validator let in: bytes that throw, and an edit that hangs on nothing.
  const bad = [
    Uint8Array.of(1, 1, 9, 0, 31, 31),
    forgeUpdate([{ client: 5, clock: 7, structs: [{ content: 4, parent: "notes" }] }]),
  ];
  await withSystemTransaction(db, async (tx) => {
    const rows = bad.map((bytes, i) => ({ workspaceId: world.workspaceId, roomId, seq: 2 + i, epoch: 1, bytes }));
    await tx.insert(roomUpdate).values(rows);
    await tx.update(room).set({ headSeq: 3 }).where(eq(room.id, roomId));
  });
  const again = await world.serve({}, { compactor });
  const later = stockClient(again.url, roomId, world.people.ben);
  await vi.waitFor(() => expect(textOf(later.doc)).toContain("good"), WAIT);
  const rows = await withSystemTransaction(db, (tx) =>
    tx
      .select({ seq: roomUpdate.seq, reason: roomUpdate.quarantineReason })
      .from(roomUpdate)
      .where(eq(roomUpdate.roomId, roomId)),
  );
  expect(
    rows
      .filter(({ reason }) => reason !== null)
      .map(({ seq }) => seq)
      .sort(),
  ).toEqual([2, 3]);
  addParagraph(later.doc, "goes on");
  await vi.waitFor(async () => expect((await stored(db, world, roomId)).headSeq).toBe(4), WAIT);
});

async function setUp(db: Database, anchors?: AnchorKeeper) {
  const world = await RoomWorld.create(db);
  world.allow(world.people.anna, "write");
  world.allow(world.people.ben, "write");
  const metrics = createRoomMetrics(new Registry());
  const compactor = new RoomCompactor({ db, log, metrics, ...(anchors ? { anchors } : {}) });
  onTestFinished(() => compactor.stop());
  return { world, compactor, roomId: await world.createRoom() };
}

function stored(db: Database, { workspaceId }: RoomWorld, roomId: string) {
  return withSystemTransaction(db, async (tx) => {
    const [row] = await tx
      .select()
      .from(room)
      .where(and(eq(room.workspaceId, workspaceId), eq(room.id, roomId)));
    if (row!.snapshotSeq > 0) {
      const [snapshot] = await tx.select().from(roomSnapshot).where(eq(roomSnapshot.uptoSeq, row!.snapshotSeq));
      expect(snapshot).toBeDefined();
    }
    return row!;
  });
}

function blocks(db: Database, { workspaceId }: RoomWorld, roomId: string) {
  return withSystemTransaction(db, (tx) =>
    tx
      .select()
      .from(roomBlock)
      .where(and(eq(roomBlock.workspaceId, workspaceId), eq(roomBlock.roomId, roomId)))
      .orderBy(roomBlock.position),
  );
}
