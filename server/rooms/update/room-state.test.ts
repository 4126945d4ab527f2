import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { forgeUpdate } from "#tests/rooms/support/forged-update.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { RoomState } from "./room-state.ts";
import { Content, TypeKind } from "./walk-content.ts";

const ANNA = { userId: "anna", isMerge: false };
const BEN = { userId: "ben", isMerge: false };

const reasonOf = (room: RoomState, update: Uint8Array, author = BEN) => {
  const verdict = room.consider(update, author);
  return verdict.kind === "refused" ? verdict.reason : verdict.kind;
};

/** A room in which Anna (client 1) has a paragraph with text: fragment > paragraph 1:0 > text 1:1 > "hello" 1:2-6. */
function annasRoom(): RoomState {
  const room = new RoomState(DEFAULT_LIMITS.update);
  const update = forgeUpdate([
    {
      client: 1,
      clock: 0,
      structs: [
        { content: Content.Type, typeKind: TypeKind.XmlElement, parent: "notes" },
        { content: Content.Type, typeKind: TypeKind.XmlText, parent: { client: 1, clock: 0 } },
        { content: Content.String, text: "hello", parent: { client: 1, clock: 1 } },
      ],
    },
  ]);
  expect(room.consider(update, ANNA)).toMatchObject({ kind: "accepted", clients: [1], authorship: { claimed: [1] } });
  return room;
}

const text = (client: number, clock: number, value = "z", origin = { client: 1, clock: 6 }) =>
  forgeUpdate([{ client, clock, structs: [{ content: Content.String, text: value, origin }] }]);

describe("authorship", () => {
  test("A1.3 S15 a 14-byte struct of garbage cannot swallow the next words of somebody else", () => {
    const room = annasRoom();
    const attack = forgeUpdate([{ client: 1, clock: 7, structs: [{ content: Content.Gc, length: 1000 }] }]);
    expect(reasonOf(room, attack)).toBe("forged-author");
    expect(reasonOf(room, attack, { ...BEN, isMerge: true })).toBe("forged-author");
    expect(reasonOf(room, text(1, 7), ANNA)).toBe("accepted");
  });

  test("A1.3 words under another's client id are refused; a merge may pass them on, and it is recorded", () => {
    const room = annasRoom();
    expect(reasonOf(room, text(1, 7))).toBe("forged-author");
    expect(room.consider(text(1, 7), { ...BEN, isMerge: true })).toMatchObject({
      kind: "accepted",
      authorship: { claimed: [], relayed: [1] },
    });
    expect(room.ownerOf(1)).toBe("anna");
  });

  test("A1.3 a client id bound by presence belongs to that user before the first word", () => {
    const room = annasRoom();
    room.reserve(5, "anna");
    expect(reasonOf(room, text(5, 0))).toBe("forged-author");
    expect(room.consider(text(5, 0), ANNA)).toMatchObject({ kind: "accepted", authorship: { claimed: [5] } });
  });

  test("A1.8 who writes under an id from before a version was restored has not seen the restored document", () => {
    const room = new RoomState(DEFAULT_LIMITS.update, 2);
    room.restoreClaims([
      { client: 1, userId: "anna", epoch: 1 },
      { client: 2, userId: "product", epoch: 2 },
    ]);
    const typed = forgeUpdate([{ client: 1, clock: 0, structs: [{ content: Content.Type, parent: "notes" }] }]);
    expect(reasonOf(room, typed, ANNA)).toBe("other-epoch");
    expect(room.knowsEpoch(new Map([[1, 5]]))).toBe(false);
    expect(
      room.knowsEpoch(
        new Map([
          [1, 5],
          [2, 1],
        ]),
      ),
    ).toBe(true);
    expect(room.knowsEpoch(new Map())).toBe(true);
  });
});

describe("what is new", () => {
  test("the same update twice is known the second time", () => {
    const room = annasRoom();
    expect(reasonOf(room, text(2, 0, "ab"))).toBe("accepted");
    expect(reasonOf(room, text(2, 0, "ab"))).toBe("known");
  });

  test("clocks that are known keep their first content; only the rest is taken", () => {
    const room = annasRoom();
    room.consider(text(2, 0, "ab"), BEN);
    const verdict = room.consider(text(2, 0, "XXcd"), BEN);
    expect(verdict.kind).toBe("accepted");
    const { structs } = Y.decodeUpdate((verdict as { bytes: Uint8Array }).bytes);
    expect(structs).toHaveLength(1);
    expect(structs[0]).toMatchObject({ id: { clock: 2 }, length: 2 });
  });

  test("deletions that are known are dropped, new ones kept", () => {
    const room = annasRoom();
    const deletion = (clock: number, length: number) => forgeUpdate([], [{ client: 1, clock, length }]);
    expect(reasonOf(room, deletion(3, 2))).toBe("accepted");
    expect(reasonOf(room, deletion(3, 1))).toBe("known");
    const verdict = room.consider(deletion(2, 4), BEN) as { bytes: Uint8Array };
    expect(Y.decodeUpdate(verdict.bytes).ds.clients.get(1)).toEqual([
      { clock: 2, len: 1 },
      { clock: 5, len: 1 },
    ]);
    expect(reasonOf(room, deletion(2, 4))).toBe("known");
  });

  test("a gap, an unknown neighbour and a deletion of something unknown ask for what is missing", () => {
    const room = annasRoom();
    expect(reasonOf(room, text(2, 3))).toBe("gap");
    expect(reasonOf(room, text(2, 0, "z", { client: 9, clock: 0 }))).toBe("gap");
    expect(reasonOf(room, forgeUpdate([], [{ client: 1, clock: 6, length: 2 }]))).toBe("gap");
    expect(reasonOf(room, text(2, 0))).toBe("accepted");
  });
});

describe("what would poison", () => {
  test.each([
    [
      "neighbours in the wrong order",
      { origin: { client: 1, clock: 4 }, rightOrigin: { client: 1, clock: 3 } },
      "order",
    ],
    ["neighbours that are one", { origin: { client: 1, clock: 4 }, rightOrigin: { client: 1, clock: 4 } }, "order"],
    [
      "neighbours nobody saw side by side",
      { origin: { client: 1, clock: 2 }, rightOrigin: { client: 1, clock: 6 } },
      "order",
    ],
    ["neighbours in two lists", { origin: { client: 1, clock: 0 }, rightOrigin: { client: 1, clock: 3 } }, "two-lists"],
    ["bare text among paragraphs", { parent: "notes" }, "kind"],
    ["a parent that is a letter", { parent: { client: 1, clock: 3 } }, "parent"],
    ["its own future", { origin: { client: 2, clock: 4 } }, "self-reference"],
  ])("%s", (_, place, reason) => {
    const room = annasRoom();
    const update = forgeUpdate([{ client: 2, clock: 0, structs: [{ content: Content.String, ...place }] }]);
    expect(reasonOf(room, update)).toBe(reason);
    // A refused update leaves no trace.
    expect(reasonOf(room, text(2, 0))).toBe("accepted");
  });

  test("structs that need each other", () => {
    const circle = forgeUpdate([
      { client: 3, clock: 0, structs: [{ content: Content.String, origin: { client: 2, clock: 0 } }] },
      { client: 2, clock: 0, structs: [{ content: Content.String, origin: { client: 3, clock: 0 } }] },
    ]);
    expect(reasonOf(annasRoom(), circle)).toBe("gap");
  });

  test("elements nested beyond the limit", () => {
    const room = new RoomState({ ...DEFAULT_LIMITS.update, maxDepth: 5 });
    const structs = Array.from({ length: 6 }, (_, depth) => ({
      content: Content.Type,
      typeKind: TypeKind.XmlElement,
      parent: depth === 0 ? "notes" : { client: 1, clock: depth - 1 },
    }));
    expect(reasonOf(room, forgeUpdate([{ client: 1, clock: 0, structs: structs.slice(0, 5) }]))).toBe("accepted");
    expect(reasonOf(room, forgeUpdate([{ client: 1, clock: 5, structs: structs.slice(5) }]))).toBe("nesting");
  });

  test("between two people who typed at the same place, a third finds the order Yjs gives them", () => {
    const room = annasRoom();
    const between = { origin: { client: 1, clock: 3 }, rightOrigin: { client: 1, clock: 4 } };
    const insert = (client: number, place: object) =>
      forgeUpdate([{ client, clock: 0, structs: [{ content: Content.String, ...place }] }]);
    expect(reasonOf(room, insert(20, between))).toBe("accepted");
    expect(reasonOf(room, insert(30, between))).toBe("accepted");
    const [first, second] = [
      { client: 20, clock: 0 },
      { client: 30, clock: 0 },
    ];
    expect(reasonOf(room, insert(40, { origin: second, rightOrigin: first }))).toBe("order");
    expect(reasonOf(room, insert(40, { origin: first, rightOrigin: second }))).toBe("accepted");
  });
});
