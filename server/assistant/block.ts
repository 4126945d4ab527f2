import { sql } from "drizzle-orm";
import type { EvidenceChip, Section } from "#ai/evidence.ts";
import type { RequestContext } from "#server/core/context.ts";

/** Where a chip leads: the record's own screen, at the passage when the screen knows passages. */
export interface LinkedChip extends EvidenceChip {
  href: string;
}

/** What the data was when something was written: the position in the workspace's event chain, and what the index still lacks. */
export interface DataVersion {
  eventSeq: number;
  indexedAt: string | null;
  pending: number;
}

/** Every text of the assistant as a screen shows it. */
export interface AssistantBlock {
  label: string;
  sections: readonly Section[];
  evidence: readonly LinkedChip[];
  verified: number;
  total: number;
  /** Why a model's wording is missing, or that nothing was found. */
  note: string | null;
  generatedAt: string;
  dataVersion: DataVersion;
}

/** Screens of records. */
export const SCREENS: Record<string, (id: string) => string> = {
  account: (id) => `/apps/crm/accounts/${id}`,
  contact: (id) => `/apps/crm/contacts/${id}`,
  opportunity: (id) => `/apps/crm/opportunities/${id}`,
  coaching_item: (id) => `/inbox?item=${id}`,
};

/** Chips with their links. A text has no screen of its own: `/open` finds the record it belongs to when somebody follows it. */
export function withLinks(chips: readonly EvidenceChip[]): LinkedChip[] {
  return chips.map((chip) => ({ ...chip, href: linkOf(chip) }));
}

function linkOf({ type, id, blockId }: EvidenceChip): string {
  const own = SCREENS[type]?.(id);
  if (own) return own;
  return `/open/${type}/${id}${blockId ? `?block=${encodeURIComponent(blockId)}` : ""}`;
}

/** For use inside a transaction. */
export async function readDataVersion(ctx: RequestContext): Promise<DataVersion> {
  const [row] = await ctx.db.execute<{ seq: number; indexed_at: string | Date | null; pending: number }>(sql`select
    coalesce((select workspace_seq from ai_stat where workspace_id = ${ctx.workspaceId}), 0) as seq,
    (select indexed_at from ai_stat where workspace_id = ${ctx.workspaceId}) as indexed_at,
    (select count(*)::int from ai_pending where workspace_id = ${ctx.workspaceId}) as pending`);
  return {
    eventSeq: Number(row?.seq ?? 0),
    indexedAt: row?.indexed_at ? new Date(row.indexed_at).toISOString() : null,
    pending: Number(row?.pending ?? 0),
  };
}
