import { eq } from "drizzle-orm";
import { expect, vi } from "vitest";
import * as Y from "yjs";
import { connectRoom } from "#app/rooms/provider.ts";
import type { Database } from "#db/client.ts";
import { appUser, opportunity, session } from "#db/schema/index.ts";
import { NotFoundError } from "#server/core/errors.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { ensureDerived, findRoomAccess, issueRoomTicket, openRoom } from "#server/rooms/index.ts";
import { askAs, makeDeal, makeWorld, note } from "#tests/setup/assistant-world.ts";
import { test } from "#tests/setup/test-database.ts";
import { memoryStore } from "./support/our-client.ts";
import { browserSocket, serveProductRooms, signIn } from "./support/product-rooms.ts";
import { RawClient } from "./support/raw-client.ts";
import { addParagraph } from "./support/room-world.ts";

const WAIT = { timeout: 10_000, interval: 10 };

test("A1.1 A1.7 an opportunity and an account have exactly one room, opened with its headings", async ({ db }) => {
  const { world, rep, manager, deal } = await setUp(db);
  const subject = { subjectType: "opportunity", subjectId: deal.opportunityId } as const;
  const both = await Promise.all([openRoom(rep, subject), openRoom(manager, subject)]);
  expect(both[0].roomId).toBe(both[1].roomId);
  expect(both.map(({ role }) => role)).toEqual(["write", "write"]);
  const plan = await openRoom(rep, { subjectType: "account", subjectId: deal.accountId });
  expect(plan.roomId).not.toBe(both[0].roomId);
  await expect(openRoom(await world.as(world.otherRep), subject)).rejects.toThrow(NotFoundError);

  const { connect } = await product(db, world);
  const client = await connect(world.rep, both[0].roomId);
  expect(headings(client.doc)).toEqual([
    "Situation",
    "Decision process",
    "Risks",
    "Next steps",
    "Deal strategy",
    "Competitive position",
    "Interventions",
  ]);
});

test("A1.5 rights in the room are the rights on the record: manager and owner write, another team sees nothing", async ({
  db,
}) => {
  const { world, rep, deal } = await setUp(db);
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: deal.opportunityId });
  const access = async (userId: string) => (await findRoomAccess(await world.as(userId), roomId))?.role ?? "none";
  expect(await access(world.rep)).toBe("write");
  expect(await access(world.manager)).toBe("write");
  expect(await access(world.admin)).toBe("write");
  expect(await access(world.otherRep)).toBe("none");
  const setRole = (role: string) =>
    withSystemTransaction(db, (tx) => tx.update(appUser).set({ role }).where(eq(appUser.id, world.rep)));
  await setRole("read_only");
  expect(await access(world.rep)).toBe("read");
  await setRole("rep");
});

test("A1.5 when the deal gets another owner, the old one is cut off and the new one comes in", async ({ db }) => {
  const { world, rep, deal } = await setUp(db);
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: deal.opportunityId });
  const { connect, served } = await product(db, world);
  const client = await connect(world.rep, roomId);
  await withSystemTransaction(db, (tx) =>
    tx.update(opportunity).set({ ownerId: world.otherRep }).where(eq(opportunity.id, deal.opportunityId)),
  );
  await withSystemTransaction(db, (tx) =>
    tx.execute(`update account set owner_id = '${world.otherRep}' where id = '${deal.accountId}'`),
  );
  await served.rooms.recheck((grant) => grant.roomId === roomId);
  await vi.waitFor(() => expect(client.state().endReason).toBe("revoked"), WAIT);
  const successor = await connect(world.otherRep, roomId);
  expect(successor.state().role).toBe("write");
});

test("S12 S13 a session needs the right origin; a ticket opens one socket of one room, once, within a minute", async ({
  db,
}) => {
  const { world, rep, deal } = await setUp(db);
  const clock = { now: new Date() };
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: deal.opportunityId });
  const other = await openRoom(rep, { subjectType: "account", subjectId: deal.accountId });
  const { served } = await serveProductRooms(world, () => clock.now);
  await signIn(db, world.workspaceId, world.rep);
  const actor = { ...rep.actor, sessionIdHash: await idHashOf(db, world.rep) } as typeof rep.actor;
  const signedIn = { ...rep, actor, now: () => clock.now };
  const enter = async (ticket: string, room = roomId, origin?: string) =>
    (await RawClient.connect(served.url, room, undefined, { query: { ticket }, ...(origin ? { origin } : {}) }))
      .refusedWith;
  const issue = async () => (await issueRoomTicket(signedIn, { roomId })).ticket;

  const ticket = await issue();
  expect(await enter(ticket)).toBeUndefined();
  expect(await enter(ticket)).toBe(401);
  expect(await enter(await issue(), other.roomId)).toBe(401);
  expect(await enter(await issue(), roomId, "https://evil.example")).toBe(403);
  const late = await issue();
  clock.now = new Date(clock.now.getTime() + 61_000);
  expect(await enter(late)).toBe(401);
  // A ticket is worth no more than the sign-in it was made from.
  const orphaned = await issueRoomTicket(signedIn, { roomId });
  await withSystemTransaction(db, (tx) => tx.delete(session).where(eq(session.userId, world.rep)));
  expect(await enter(orphaned.ticket)).toBe(401);
  // No origin and no ticket: no page of ours.
  expect((await RawClient.connect(served.url, roomId)).refusedWith).toBe(403);
});

test("A1.9 ensureDerived brings text up to the last edit before an answer is given", async ({ db }) => {
  const { world, rep, deal } = await setUp(db);
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: deal.opportunityId });
  const { compactor, served } = await serveProductRooms(world);
  const key = { workspaceId: world.workspaceId, roomId };
  const seq = await served.rooms.edit(key, {
    kind: "assistant",
    userId: world.rep,
    change: (doc) => void addParagraph(doc, "Written by the assistant"),
  });
  expect(seq).toBe(2);
  expect(await ensureDerived(db, compactor, key, seq)).toBe(2);
  const [row] = await withSystemTransaction(db, (tx) =>
    tx.execute<{ plain_text: string }>(`select plain_text from room where id = '${roomId}'`),
  );
  expect(row!.plain_text).toMatch(/^Situation\nDecision process\n[\s\S]*\nWritten by the assistant$/);
});

test("A1.9 A4.3 an answer quotes what was written in the notes and in the timeline a moment ago", async ({ db }) => {
  const { world, rep, deal } = await setUp(db);
  const { roomId } = await openRoom(rep, { subjectType: "opportunity", subjectId: deal.opportunityId });
  const { served } = await serveProductRooms(world);
  await served.rooms.edit(
    { workspaceId: world.workspaceId, roomId },
    {
      kind: "assistant",
      userId: world.rep,
      change: (doc) => void addParagraph(doc, "The harbour master decides about lamps."),
    },
  );
  await note(rep, deal.opportunityId, "Visit", "Lamps are paid from the budget of the dry dock.");
  // Nothing follows the log in this test: the question alone brings the index up.
  const { texts } = await askAs(world, world.rep, { question: "What about the lamps?" });
  expect(texts.join(" ")).toContain("harbour master");
  expect(texts.join(" ")).toContain("dry dock");
  const { texts: asOther } = await askAs(world, world.otherRep, { question: "What about the lamps?" });
  expect(asOther.join(" ")).not.toContain("harbour master");
});

async function setUp(db: Database) {
  const world = await makeWorld(db);
  const rep = await world.as(world.rep);
  const deal = await makeDeal(world, rep, { account: "Acme", deal: "Renewal" });
  return { world, rep, manager: await world.as(world.manager), deal };
}

async function product(db: Database, world: Awaited<ReturnType<typeof makeWorld>>) {
  const { served, compactor } = await serveProductRooms(world);
  const connect = async (userId: string, roomId: string) => {
    const connection = connectRoom({
      roomId,
      user: { id: userId, name: "", color: "" },
      serverUrl: served.url,
      WebSocket: browserSocket(await signIn(db, world.workspaceId, userId)),
      unsavedStore: memoryStore(),
    });
    await vi.waitFor(() => expect(connection.provider.synced).toBe(true), WAIT);
    return connection;
  };
  return { served, compactor, connect };
}

async function idHashOf(db: Database, userId: string): Promise<string> {
  const [row] = await withSystemTransaction(db, (tx) => tx.select().from(session).where(eq(session.userId, userId)));
  return row!.idHash;
}

const headings = (doc: Y.Doc): string[] =>
  doc
    .getXmlFragment("notes")
    .toArray()
    .flatMap((node) => (node instanceof Y.XmlElement && node.nodeName === "heading" ? [String(node.get(0))] : []));
