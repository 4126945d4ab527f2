import { sql } from "drizzle-orm";
import type { DatabaseHandle } from "#db/client.ts";
import { newId } from "#db/schema/columns.ts";
import { appUser, eventHead, eventLog, importFilePart, importRun, team, workspace } from "#db/schema/index.ts";
import { prepareQueues } from "#workers/queue.ts";
import { JOBS } from "#workers/jobs/index.ts";

/** Text with everything that a text format may stumble over. */
export const awkwardText =
  "tab\tbackslash\\ newline\nreturn\r null\\N\n\\.\n separators\u2028\u2029 emoji 🚀 'quotes' \"double\" {braces,}";

/** A workspace with rows of the awkward kinds: nulls, bytes, JSON, keys that point in a circle, events, pending jobs. */
export async function fillDatabase({ db, sql: client }: DatabaseHandle): Promise<void> {
  const [workspaceId, teamId, userId, runId] = [newId(), newId(), newId(), newId()];
  await db.insert(workspace).values({ id: workspaceId, name: awkwardText });
  await db.insert(team).values({ workspaceId, id: teamId, name: "West" });
  await db
    .insert(appUser)
    .values({ workspaceId, id: userId, email: "a@example.test", name: awkwardText, role: "manager", teamId });
  await db.update(team).set({ managerId: userId });
  await db.insert(importRun).values({
    workspaceId,
    id: runId,
    recordType: "contact",
    fileName: awkwardText,
    fileSha256: "0",
    encoding: "utf-8",
    delimiter: ",",
    header: [awkwardText, ""],
    mapping: {},
    state: "done",
    createdBy: userId,
  });
  // Larger together than one part of a dump, and every value of a byte.
  const content = Uint8Array.from({ length: 700_000 }, (_, index) => index % 256);
  for (let part = 0; part < 12; part += 1)
    await db.insert(importFilePart).values({ workspaceId, runId, part, content });
  for (let seq = 1; seq <= 3; seq += 1) {
    await db.insert(eventLog).values({
      ...{ workspaceId, seq, workspaceSeq: seq, eventId: newId(), type: "lead.created", subjectType: "lead" },
      ...{ subjectId: newId(), actorKind: "user", actorId: userId, requestId: awkwardText, occurredAt: new Date() },
      ...{
        payload: { data: { text: awkwardText, none: null } },
        payloadHash: "p",
        prevHash: `${seq - 1}`,
        hash: `${seq}`,
      },
    });
  }
  await db.insert(eventHead).values({ workspaceId, workspaceSeq: 3, hash: "3" });
  await db.execute(sql`select setval('event_inbox_id_seq', 4711)`);
  await prepareQueues(client, JOBS);
  const [queue] = await client<{ name: string }[]>`select name from pgboss.queue where dead_letter is not null limit 1`;
  for (const state of ["created", "completed"]) {
    await client`insert into pgboss.job (name, data, state) values (${queue?.name ?? ""}, '{"id": 1}', ${state}::pgboss.job_state)`;
  }
}

/** For each table a fingerprint of all its rows, to compare two copies value by value. */
export async function fingerprints(client: DatabaseHandle["sql"]): Promise<Record<string, string>> {
  const tables = await client<{ name: string }[]>`
    select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1`;
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    // Sorted by bytes, so that two servers with different collations agree.
    const [row] = await client.unsafe<{ print: string }[]>(
      `select md5(coalesce(string_agg(t::text, '' order by t::text collate "C"), '')) as print from ${name} t`,
    );
    found[name] = row?.print ?? "";
  }
  return found;
}
