import { asc } from "drizzle-orm";
import type { Database } from "#db/client.ts";
import { eventHead, workspace } from "#db/schema/index.ts";
import { withSystemTransaction } from "#server/core/transaction.ts";
import { verifyChain } from "#server/core/verify-chain.ts";

/** The end of a workspace's chain of events at some moment. */
export interface ChainHead {
  workspaceId: string;
  workspaceSeq: number;
  hash: string;
}

/** Where every workspace's chain ends now, for the daily line in the log. */
export function listHeads(db: Database): Promise<ChainHead[]> {
  return withSystemTransaction(db, (tx) => tx.select().from(eventHead).orderBy(asc(eventHead.workspaceId)));
}

/**
 * Walks the chain of every workspace. `knownHeads` catch what a chain cannot tell of itself: that all of it was written anew.
 * @returns a line per workspace, and whether all chains are intact
 */
export async function verifyAudit(
  db: Database,
  knownHeads: readonly ChainHead[] = [],
): Promise<{ isIntact: boolean; lines: string[] }> {
  const workspaces = await withSystemTransaction(db, (tx) =>
    tx.select({ id: workspace.id, name: workspace.name }).from(workspace).orderBy(asc(workspace.id)),
  );
  const lines: string[] = [];
  let isIntact = true;
  for (const { id, name } of workspaces) {
    const known = newestOf(knownHeads.filter(({ workspaceId }) => workspaceId === id));
    const verdict = await verifyChain(db, id, known);
    isIntact &&= verdict.isIntact;
    const label = `${id}  ${name.replace(/\p{Cc}/gu, " ")}`;
    if (verdict.isIntact) lines.push(`intact  ${label}: ${verdict.length} events, head ${verdict.head}`);
    else lines.push(`BROKEN  ${label}: at event ${verdict.workspaceSeq}, ${verdict.problem}`);
  }
  for (const { workspaceId } of knownHeads.filter(
    ({ workspaceId }) => !workspaces.some(({ id }) => id === workspaceId),
  )) {
    isIntact = false;
    lines.push(`BROKEN  ${workspaceId}: the log knows this workspace, the database does not`);
  }
  return { isIntact, lines: [...new Set(lines)] };
}

/** The heads in a process's log; other lines are passed over. */
export function readKnownHeads(logText: string): ChainHead[] {
  return logText.split("\n").flatMap((line) => {
    if (!line.includes('"auditHead"')) return [];
    try {
      const { auditHead } = JSON.parse(line.slice(line.indexOf("{"))) as { auditHead?: ChainHead };
      return auditHead ? [auditHead] : [];
    } catch {
      return [];
    }
  });
}

const newestOf = (heads: readonly ChainHead[]): ChainHead | undefined =>
  heads.reduce<ChainHead | undefined>(
    (newest, head) => (newest && newest.workspaceSeq > head.workspaceSeq ? newest : head),
    undefined,
  );
