import { createReadStream } from "node:fs";
import { readdir, open } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { Database } from "#db/client.ts";
import { IMPORT_RECORD_TYPES, type ImportRecordType, type ImportTotals } from "#db/schema/index.ts";
import { loadActor } from "#server/auth/load-actor.ts";
import type { RequestContext } from "#server/core/context.ts";
import { log } from "#server/core/log.ts";
import {
  detectTable,
  IMPORT_FIELDS,
  readTotals,
  runImport,
  startCheck,
  startImport,
  suggestMapping,
  uploadFile,
} from "#server/imports/index.ts";

export interface DemoFolder {
  folder: string;
  /** What one unit of a revenue column stands for, in currency units. */
  moneyUnit: 1 | 1000 | 1_000_000;
}

interface Found {
  path: string;
  name: string;
  type: ImportRecordType;
}

const HEAD_BYTES = 64 * 1024;
const EMAIL_DOMAIN = "demo.ringside.test";

/**
 * Imports every CSV of a folder that is recognised by its columns, people first, through the same importer a customer uses.
 * @returns what became of each file.
 * @throws Error when the folder holds no file of records.
 */
export async function importFolder(
  db: Database,
  workspaceId: string,
  adminId: string,
  { folder, moneyUnit }: DemoFolder,
  passwordHash: string,
): Promise<{ file: string; totals: ImportTotals }[]> {
  const actor = await loadActor(db, workspaceId, adminId, null);
  const requestId = randomUUID();
  const ctx: RequestContext = {
    db,
    workspaceId,
    actor: actor!,
    requestId,
    log: log.child({ requestId }),
    now: () => new Date(),
  };
  const names = (await readdir(folder)).filter((name) => /\.(csv|tsv|txt)$/i.test(name)).sort();
  const found = (await Promise.all(names.map((name) => recognise(join(folder, name), name)))).filter(
    (file) => file !== undefined,
  );
  if (found.length === 0)
    throw new Error(
      `No file in ${folder} looks like people, products, accounts, contacts, opportunities or activities`,
    );
  found.sort((a, b) => IMPORT_ORDER.indexOf(a.type) - IMPORT_ORDER.indexOf(b.type));
  const results = [];
  for (const { path, name, type } of found) {
    const { runId } = await uploadFile(ctx, { recordType: type, fileName: name }, createReadStream(path));
    await startCheck(ctx, { runId, moneyUnit, emailDomain: EMAIL_DOMAIN });
    await runImport(ctx, runId);
    await startImport(ctx, { runId });
    await runImport(ctx, runId, passwordHash);
    const totals = await readTotals(ctx, runId);
    log.info({ file: name, type, ...totals }, "imported");
    results.push({ file: name, totals });
  }
  return results;
}

const IMPORT_ORDER: readonly ImportRecordType[] = ["user", "product", "account", "contact", "opportunity", "activity"];

/** The kind of record whose required fields are all there and that explains most of the columns. */
async function recognise(path: string, name: string): Promise<Found | undefined> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0).finally(() => file.close());
  let header: string[];
  try {
    ({ header } = detectTable(buffer.subarray(0, bytesRead), bytesRead < HEAD_BYTES));
  } catch {
    return undefined;
  }
  const candidates = IMPORT_RECORD_TYPES.map((type) => {
    const fields = Object.values(suggestMapping(type, header));
    const isComplete = IMPORT_FIELDS[type].every((field) => !field.isRequired || fields.includes(field.key));
    return { type, score: isComplete && fields.length > 1 ? fields.length : 0 };
  }).sort((a, b) => b.score - a.score);
  const best = candidates[0]!;
  return best.score > 0 ? { path, name, type: best.type } : undefined;
}
