import { createHash } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import { aiScope } from "#db/schema/index.ts";
import { newId } from "#db/schema/columns.ts";
import type { RequestContext } from "#server/core/context.ts";
import type { SourceDocument } from "./source-document.ts";

/** The scope of each document, by the document's id; sets of readers that nobody had yet are stored. */
export async function ensureScopes(
  ctx: RequestContext,
  documents: readonly SourceDocument[],
): Promise<Map<string, string>> {
  const hashOf = new Map(documents.map((document) => [document.id, scopeHash(document)]));
  const distinct = new Map(documents.map((document) => [scopeHash(document), document]));
  if (distinct.size === 0) return new Map();
  await ctx.db
    .insert(aiScope)
    .values(
      [...distinct].map(([hash, { scopeKind, principals }]) => ({
        workspaceId: ctx.workspaceId,
        id: newId(),
        kind: scopeKind,
        principals,
        hash,
      })),
    )
    .onConflictDoNothing();
  const rows = await ctx.db
    .select({ id: aiScope.id, hash: aiScope.hash })
    .from(aiScope)
    .where(and(eq(aiScope.workspaceId, ctx.workspaceId), inArray(aiScope.hash, [...distinct.keys()])));
  const idOf = new Map(rows.map(({ id, hash }) => [hash, id]));
  return new Map([...hashOf].map(([documentId, hash]) => [documentId, idOf.get(hash) ?? missing(hash)]));
}

function scopeHash({ scopeKind, principals }: SourceDocument): string {
  return createHash("sha256")
    .update(`${scopeKind}\n${principals.join("\n")}`)
    .digest("hex");
}

function missing(hash: string): never {
  throw new Error(`Scope ${hash} was not stored`);
}
