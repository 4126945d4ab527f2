import { eq, sql } from "drizzle-orm";
import { expect } from "vitest";
import {
  activity,
  aiChunk,
  aiDocument,
  aiPending,
  aiPosting,
  aiStat,
  aiTerm,
  aiVector,
  recordShare,
} from "#db/schema/index.ts";
import { markEverything, retrieve } from "#server/assistant/index.ts";
import { emitEvent } from "#server/core/events.ts";
import { withTransaction } from "#server/core/transaction.ts";
import { updateOpportunity } from "#server/opportunities/index.ts";
import { clock, makeContact, makeDeal, makeWorld, note, sync, type World } from "../setup/assistant-world.ts";
import { asOwner, test } from "../setup/test-database.ts";

const ask = async (world: World, userId: string, question: string) =>
  (await retrieve(await world.as(userId), { question })).passages.map(({ body }) => body);

/** Everything the index holds, in an order that does not depend on ids. */
async function dumpIndex(world: World) {
  return withTransaction(world.job, async (ctx) => {
    const rows = await ctx.db
      .execute(sql`select d.source_kind, d.source_id, c.seq, c.char_from, c.char_to, c.body, c.body_sha, s.principals,
        (select string_agg(p.lexeme || '=' || p.weight, ' ' order by p.lexeme) from ai_posting p where p.workspace_id = c.workspace_id and p.chunk_id = c.id) as postings,
        (select v.embedding::text from ai_vector v where v.workspace_id = c.workspace_id and v.chunk_id = c.id) as vector
      from ai_chunk c join ai_document d on d.workspace_id = c.workspace_id and d.id = c.document_id
      join ai_scope s on s.workspace_id = c.workspace_id and s.id = c.scope_id
      where c.workspace_id = ${ctx.workspaceId} order by 1, 2, 3`);
    const terms = await ctx.db
      .select({ lexeme: aiTerm.lexeme, chunks: aiTerm.chunks })
      .from(aiTerm)
      .where(eq(aiTerm.workspaceId, ctx.workspaceId))
      .orderBy(aiTerm.lexeme);
    const [stat] = await ctx.db
      .select({ chunks: aiStat.chunks })
      .from(aiStat)
      .where(eq(aiStat.workspaceId, ctx.workspaceId));
    return JSON.stringify({ rows: [...rows], terms, stat });
  });
}

async function seed(world: World) {
  const rep = await world.as(world.rep);
  const { accountId, opportunityId } = await makeDeal(world, rep, {
    account: "Acme",
    deal: "Acme renewal",
    amountCents: 4_820_000,
    nextStep: "Send contract",
    nextStepDue: "2026-03-23",
  });
  await makeContact(rep, accountId, "Lee", "Wong");
  const { id: noteId } = await note(
    rep,
    opportunityId,
    "Price call",
    "Lee finds the licence too expensive for this year.",
  );
  await sync(world.db);
  return { rep, accountId, opportunityId, noteId };
}

test("A4.1 records are found by their words after their events, also misspelt", async ({ db }) => {
  const world = await makeWorld(db);
  await seed(world);
  expect(await ask(world, world.rep, "What about the licence?")).toContain(
    "Lee finds the licence too expensive for this year.",
  );
  expect((await ask(world, world.rep, "too expensiv licnce"))[0]).toBe(
    "Lee finds the licence too expensive for this year.",
  );
  expect((await ask(world, world.rep, "next step contract"))[0]).toContain("Next step: Send contract");
  expect(await ask(world, world.rep, "submarine")).toEqual([]);
});

test("an edit writes only the chunks whose text changed; a change of owner writes none and changes the readers", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId, noteId } = await seed(world);
  const chunkIds = async () =>
    (
      await withTransaction(world.job, (ctx) =>
        ctx.db.select({ id: aiChunk.id }).from(aiChunk).where(eq(aiChunk.workspaceId, world.workspaceId)),
      )
    )
      .map(({ id }) => id)
      .sort();
  const before = await chunkIds();
  expect(await ask(world, world.otherRep, "licence expensive")).toEqual([]);

  const admin = await world.as(world.admin);
  await updateOpportunity(admin, { opportunityId, version: 1, changes: { ownerId: world.otherRep } });
  await sync(db);
  const after = await chunkIds();
  // The deal's card names its owner; every other chunk is the very same row.
  expect(after.filter((id) => !before.includes(id))).toHaveLength(1);
  expect(await ask(world, world.otherRep, "licence expensive")).toContain(
    "Lee finds the licence too expensive for this year.",
  );

  await withTransaction(world.job, async (ctx) => {
    await ctx.db.update(activity).set({ body: "Lee is happy with the discount." }).where(eq(activity.id, noteId));
    await emitEvent(ctx, {
      type: "activity.updated",
      subject: { type: "activity", id: noteId },
      changes: { body: ["", ""] },
    });
  });
  await sync(db);
  expect((await ask(world, world.otherRep, "licence expensive")).join()).not.toContain("expensive");
  expect((await ask(world, world.otherRep, "discount"))[0]).toBe("Lee is happy with the discount.");
});

test("deleting a record removes its chunks, postings, vectors and word counts", async ({ db }) => {
  const world = await makeWorld(db);
  const { noteId } = await seed(world);
  await withTransaction(world.job, async (ctx) => {
    await ctx.db.update(activity).set({ deletedAt: new Date() }).where(eq(activity.id, noteId));
    await emitEvent(ctx, { type: "activity.deleted", subject: { type: "activity", id: noteId } });
  });
  await sync(db);
  await withTransaction(world.job, async (ctx) => {
    const word = await ctx.db
      .select()
      .from(aiTerm)
      .where(sql`workspace_id = ${ctx.workspaceId} and lexeme = 'expensiv'`);
    expect(word).toEqual([]);
    const left = await ctx.db.execute(
      sql`select count(*)::int as n from ai_chunk c where c.workspace_id = ${ctx.workspaceId} and c.body like '%expensive%'`,
    );
    expect([...left]).toEqual([{ n: 0 }]);
    for (const table of [aiPosting, aiVector]) {
      const orphans = await ctx.db
        .execute(sql`select count(*)::int as n from ${table} t where t.workspace_id = ${ctx.workspaceId}
        and not exists (select 1 from ai_chunk c where c.workspace_id = t.workspace_id and c.id = t.chunk_id)`);
      expect([...orphans]).toEqual([{ n: 0 }]);
    }
  });
});

test("A5.1 the index built event by event equals the index built at once, byte for byte", async ({ db }) => {
  const world = await makeWorld(db);
  const { rep, opportunityId } = await seed(world);
  await updateOpportunity(rep, {
    opportunityId,
    version: 1,
    changes: { nextStep: "Call the board", name: "Acme renewal 2026" },
  });
  await note(rep, opportunityId, "Board", "The board decides in April.");
  await sync(db);
  const grown = await dumpIndex(world);

  await withTransaction(world.job, (ctx) => markEverything(ctx));
  await sync(db);
  expect(await dumpIndex(world)).toBe(grown);

  await withTransaction(world.job, async (ctx) => {
    for (const table of [aiDocument, aiTerm, aiStat])
      await ctx.db.delete(table).where(eq(table.workspaceId, ctx.workspaceId));
    await markEverything(ctx);
  });
  await sync(db);
  expect(await dumpIndex(world)).toBe(grown);
});

test("a rename of the account reaches the cards that name it; a share opens what hangs on the record", async ({
  db,
}) => {
  const world = await makeWorld(db);
  const { opportunityId } = await seed(world);
  await withTransaction(world.job, async (ctx) => {
    await ctx.db.insert(recordShare).values({
      workspaceId: ctx.workspaceId,
      recordType: "opportunity",
      recordId: opportunityId,
      userId: world.otherRep,
      access: "read",
    });
    await emitEvent(ctx, { type: "opportunity.shared", subject: { type: "opportunity", id: opportunityId } });
  });
  await sync(db);
  expect(await ask(world, world.otherRep, "licence expensive")).toContain(
    "Lee finds the licence too expensive for this year.",
  );
  await withTransaction(world.job, async (ctx) => {
    await ctx.db.delete(recordShare).where(eq(recordShare.workspaceId, ctx.workspaceId));
    await emitEvent(ctx, { type: "opportunity.unshared", subject: { type: "opportunity", id: opportunityId } });
  });
  await sync(db);
  expect(await ask(world, world.otherRep, "licence expensive")).toEqual([]);
});

test("a record that cannot be indexed is set aside and does not hold up the others", async ({ db, handle }) => {
  const world = await makeWorld(db);
  const { rep, opportunityId } = await seed(world);
  await asOwner(handle, async ({ sql }) => {
    await sql`create function refuse_poison() returns trigger language plpgsql as
      $$ begin if new.body like '%poison%' then raise exception 'poison'; end if; return new; end $$`;
    await sql`create trigger refuse_poison before insert on ai_chunk for each row execute function refuse_poison()`;
  });
  try {
    await note(rep, opportunityId, "Bad", "This text is poison.");
    await note(rep, opportunityId, "Good", "This text is about the rollout.");
    for (let round = 0; round < 6; round += 1) {
      await sync(db);
      clock.now = new Date(clock.now.getTime() + 10_000);
    }
  } finally {
    await asOwner(handle, async ({ sql }) => {
      await sql`drop trigger refuse_poison on ai_chunk`;
      await sql`drop function refuse_poison`;
    });
  }
  expect(await ask(world, world.rep, "rollout")).toEqual(["This text is about the rollout."]);
  const left = await withTransaction(world.job, (ctx) =>
    ctx.db.select().from(aiPending).where(eq(aiPending.workspaceId, ctx.workspaceId)),
  );
  expect(left).toMatchObject([{ sourceKind: "activity", attempts: 5 }]);
});
