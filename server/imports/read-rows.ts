import { Readable } from "node:stream";
import { and, asc, eq, gt } from "drizzle-orm";
import iconv from "iconv-lite";
import Papa from "papaparse";
import { importFilePart, type importRun } from "#db/schema/index.ts";
import type { RequestContext } from "#server/core/context.ts";
import { withTransaction } from "#server/core/transaction.ts";

type Run = typeof importRun.$inferSelect;

export interface FileRow {
  /** 1 is the first row after the header. */
  rowNumber: number;
  cells: Record<string, string>;
  /** Set when the row has more or fewer cells than the header. */
  problem: string | null;
}

/** The file's rows as a stream: one part of the upload in memory at a time, whatever its size. */
export async function* readRows(ctx: RequestContext, run: Run): AsyncGenerator<FileRow> {
  const decoded = Readable.from(readParts(ctx, run.id)).pipe(iconv.decodeStream(run.encoding));
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { delimiter: run.delimiter, skipEmptyLines: "greedy" });
  decoded.on("error", (error) => parser.destroy(error));
  decoded.pipe(parser);
  let rowNumber = -1;
  for await (const cells of parser as AsyncIterable<string[]>) {
    rowNumber++;
    if (rowNumber === 0) continue;
    const extra = cells.length - run.header.length;
    yield {
      rowNumber,
      cells: Object.fromEntries(run.header.map((column, index) => [column, cells[index] ?? ""])),
      problem: extra === 0 ? null : `The row has ${cells.length} cells, the header ${run.header.length}`,
    };
  }
}

async function* readParts(ctx: RequestContext, runId: string): AsyncGenerator<Buffer> {
  for (let part = -1; ;) {
    const [next] = await withTransaction(ctx, (ctx) =>
      ctx.db
        .select({ part: importFilePart.part, content: importFilePart.content })
        .from(importFilePart)
        .where(
          and(
            eq(importFilePart.workspaceId, ctx.workspaceId),
            eq(importFilePart.runId, runId),
            gt(importFilePart.part, part),
          ),
        )
        .orderBy(asc(importFilePart.part))
        .limit(1),
    );
    if (!next) return;
    part = next.part;
    yield Buffer.from(next.content);
  }
}
