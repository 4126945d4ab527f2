import { expect, vi } from "vitest";
import type { Database } from "#db/client.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { listVersions, openRoom, restoreVersion, viewVersion } from "#server/rooms/index.ts";
import { ConflictError, ForbiddenError, NotFoundError } from "#server/core/errors.ts";
import { makeDeal, makeWorld } from "#tests/setup/assistant-world.ts";
import { test } from "#tests/setup/test-database.ts";
import { ourClient } from "./support/our-client.ts";
import { serveProductRooms } from "./support/product-rooms.ts";
import { RoomWorld, addParagraph, stockClient, textOf } from "./support/room-world.ts";

const WAIT = { timeout: 10_000, interval: 10 };

test("A1.8 every version is listed and shown with the author of each change", async ({ db }) => {
  const { world, rep, manager, roomId, edit, pause } = await setUp(db);
  await edit(world.rep, (doc) => void addParagraph(doc, "The price is too high"));
  await edit(world.rep, (doc) => void addParagraph(doc, "Second thought"));
  await pause(10);
  await edit(world.manager, (doc) => {
    const paragraphs = doc.getXmlFragment("notes").toArray();
    const text = textIn(paragraphs.at(-2));
    text.delete(0, "The price".length);
    text.insert(0, "Their budget");
    doc.getXmlFragment("notes").delete(paragraphs.length - 1, 1);
  });

  const versions = await listVersions(rep, { roomId, limit: 30 });
  expect(
    versions.map(({ kind, edits, authors }) => ({ kind, edits, authors: authors.map(({ name }) => name) })),
  ).toEqual([
    { kind: "edit", edits: 1, authors: ["Mara Manager"] },
    { kind: "edit", edits: 2, authors: ["Dana Fox"] },
    { kind: "template", edits: 1, authors: [] },
  ]);
  const [newest, older] = versions;
  const view = await viewVersion(manager, { roomId, seq: newest!.seq, fromSeq: newest!.fromSeq });
  const last = view.blocks.at(-1)!;
  expect(last.runs.map(({ text, author, isNew }) => [text, author?.name, isNew])).toEqual([
    ["Their budget", "Mara Manager", true],
    [" is too high", "Dana Fox", false],
  ]);
  expect(last.removed).toEqual([{ text: "The price", author: { userId: world.rep, name: "Dana Fox" } }]);
  expect(view.removedBlocks.map(({ text }) => text)).toEqual(["Second thought"]);
  expect(view.blocks[0]!).toMatchObject({ kind: "heading", level: 2, runs: [{ text: "Situation", author: null }] });

  const past = await viewVersion(rep, { roomId, seq: older!.seq });
  expect(past.blocks.slice(-2).map(({ runs }) => runs.map(({ text }) => text).join(""))).toEqual([
    "The price is too high",
    "Second thought",
  ]);
  const stranger = await world.as(world.otherRep);
  await expect(listVersions(stranger, { roomId, limit: 30 })).rejects.toThrow(NotFoundError);
  await expect(viewVersion(stranger, { roomId, seq: 1 })).rejects.toThrow(NotFoundError);
});

test("A1.8 restoring makes a new version of the old one and loses nothing; it needs the right to write", async ({
  db,
}) => {
  const { world, rep, roomId, edit } = await setUp(db);
  const seq = await edit(world.rep, (doc) => void addParagraph(doc, "keep me"));
  await edit(world.rep, (doc) => doc.getXmlFragment("notes").delete(0, doc.getXmlFragment("notes").length));
  const restored = await restoreVersion(rep, { roomId, seq, epoch: 1 });
  expect(restored).toEqual({ epoch: 2, seq: seq + 2 });
  const [version] = await listVersions(rep, { roomId, limit: 1 });
  expect(version).toMatchObject({ kind: "restore", seq: restored.seq, authors: [{ name: "Dana Fox" }] });
  const view = await viewVersion(rep, { roomId, seq: restored.seq });
  expect(view.blocks.at(-1)!.runs).toMatchObject([{ text: "keep me", author: { name: "Dana Fox" } }]);
  await expect(restoreVersion(rep, { roomId, seq, epoch: 1 })).rejects.toThrow(ConflictError);
  const support = { ...rep, actor: { ...rep.actor, role: "support" } } as typeof rep;
  await expect(restoreVersion(support, { roomId, seq, epoch: 2 })).rejects.toThrow(ForbiddenError);
  // The version before can be brought back as well.
  expect(await restoreVersion(rep, { roomId, seq: seq + 1, epoch: 2 })).toMatchObject({ epoch: 3 });
});

test("A1.8 people in the room are sent to the restored version and offered what they had not saved", async ({ db }) => {
  const world = await RoomWorld.create(db);
  const { anna, ben } = world.people;
  world.allow(anna, "write");
  world.allow(ben, "write");
  const roomId = await world.createRoom();
  const served = await world.serve();
  const offered: string[] = [];
  const client = ourClient(served.url, roomId, anna, { onEpoch: (text) => offered.push(text) });
  const stock = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(client.provider.synced && stock.provider.synced).toBe(true), WAIT);
  const text = addParagraph(client.doc, "first");
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);
  text.insert(5, " second");
  await vi.waitFor(() => expect(client.unsavedCount()).toBe(0), WAIT);

  client.provider.disconnect();
  text.insert(12, " typed offline");
  await restoreVersion(world.asAdmin(anna), { roomId, seq: 1, epoch: 1 });
  served.rooms.announceEpoch(roomId);
  await vi.waitFor(() => expect(stock.provider.shouldConnect).toBe(false), WAIT);
  client.provider.connect();
  await vi.waitFor(() => expect(client.state()).toMatchObject({ status: "ended", endReason: "other-version" }), WAIT);
  expect(offered).toEqual([" typed offline"]);

  const fresh = ourClient(served.url, roomId, anna);
  await vi.waitFor(() => expect(fresh.provider.synced).toBe(true), WAIT);
  expect(textOf(fresh.doc)).toContain("first");
  expect(textOf(fresh.doc)).not.toContain("second");
  // A stock client that slept through the restore must not bring the old document back.
  const sleeper = stockClient(served.url, roomId, ben, stock.doc);
  await vi.waitFor(() => expect(sleeper.provider.shouldConnect).toBe(false), WAIT);
  addParagraph(fresh.doc, "goes on");
  const later = stockClient(served.url, roomId, ben);
  await vi.waitFor(() => expect(textOf(later.doc)).toContain("goes on"), WAIT);
  expect(textOf(later.doc)).not.toContain("second");
});

async function setUp(db: Database) {
  const world = await makeWorld(db);
  const rep = await world.as(world.rep);
  const { opportunityId } = await makeDeal(world, rep, { account: "Acme", deal: "Renewal" });
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: opportunityId });
  const { served } = await serveProductRooms(world);
  const key = { workspaceId: world.workspaceId, roomId };
  type Change = Parameters<typeof served.rooms.edit>[1]["change"];
  const edit = async (userId: string, change: Change) =>
    (await served.rooms.edit(key, { kind: "edit", userId, change }))!;
  /** Makes everything so far older by some minutes. */
  const pause = (minutes: number) =>
    withSystemTransaction(db, (tx) =>
      tx.execute(
        `update room_update set created_at = created_at - interval '${minutes} minutes' where room_id = '${roomId}'`,
      ),
    );
  return { world, rep, manager: await world.as(world.manager), roomId, edit, pause };
}

function textIn(node: unknown) {
  return (
    node as { get(index: number): { delete(at: number, n: number): void; insert(at: number, s: string): void } }
  ).get(0);
}
