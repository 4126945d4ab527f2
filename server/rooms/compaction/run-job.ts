import * as Y from "yjs";
import { resolveAnchors } from "../anchors.ts";
import { addUpdates, createFaithfulDoc, encodeVerified } from "./compact-document.ts";
import type { BuiltDocument, EncodedDocument, SetAside } from "./compact-document.ts";
import { deriveBlocks } from "./derive-blocks.ts";
import type { CompactionJob, CompactionResult } from "./jobs.ts";

interface Kept {
  doc: Y.Doc;
  seq: number;
}

const MAX_KEPT = 32;

/** Does compaction jobs; keeps the documents of the rooms that were busy last, so that a few letters cost a few letters. */
export function createJobRunner(): (job: CompactionJob) => CompactionResult {
  const kept = new Map<string, Kept>();

  function baseOf(job: CompactionJob): Y.Doc | undefined {
    const known = kept.get(job.docKey);
    kept.delete(job.docKey);
    if (job.keptSeq !== null) return known?.seq === job.keptSeq ? known.doc : undefined;
    known?.doc.destroy();
    return freshDoc(job);
  }

  function keep(key: string, doc: Y.Doc, seq: number): void {
    kept.set(key, { doc, seq });
    for (const [oldest, { doc }] of kept) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
      doc.destroy();
    }
  }

  return (job) => {
    const empty = {
      id: job.id,
      needsBase: false,
      blocks: [],
      passages: [],
      setAside: [],
      encoded: null,
      failure: null,
    };
    const base = baseOf(job);
    if (!base) return { ...empty, needsBase: true };
    // Without the base a bad row cannot be taken back out of the kept document: start again with everything.
    const canRebuild = job.keptSeq === null;
    const built = addUpdates(base, job.updates, () => (canRebuild ? freshDoc(job) : createFaithfulDoc()));
    let encoded = job.encodes ? tryEncode(built.doc) : null;
    if ((built.setAside.length > 0 || typeof encoded === "string") && !canRebuild) {
      built.doc.destroy();
      return { ...empty, needsBase: true };
    }
    let { doc, setAside } = built;
    if (typeof encoded === "string") {
      const sound = withoutUnsoundRows(job, setAside);
      doc.destroy();
      ({ doc, setAside } = sound);
      encoded = tryEncode(doc);
    }
    keep(job.docKey, doc, job.uptoSeq);
    return {
      ...empty,
      setAside,
      blocks: deriveBlocks(doc),
      passages: resolveAnchors(doc, job.anchors),
      encoded: typeof encoded === "string" ? null : encoded,
      failure: typeof encoded === "string" ? encoded : null,
    };
  };
}

/** The document as bytes, or why it cannot be written so that it reads the same. */
function tryEncode(doc: Y.Doc): EncodedDocument | string {
  try {
    return encodeVerified(doc);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Leaves out, one after the other, the rows with which the document stops being one that reads the same after writing. */
function withoutUnsoundRows(job: CompactionJob, known: readonly SetAside[]): BuiltDocument {
  const setAside = [...known];
  let rows = job.updates.filter(({ seq }) => !known.some((row) => row.seq === seq));
  const build = (count: number) => addUpdates(freshDoc(job), rows.slice(0, count), () => freshDoc(job)).doc;
  while (setAside.length < MAX_SET_ASIDE) {
    // The document is sound with the first `low` rows and not with the first `high`.
    let low = 0;
    let high = rows.length + 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const doc = build(middle);
      if (typeof tryEncode(doc) === "string") high = middle;
      else low = middle;
      doc.destroy();
    }
    if (high > rows.length) break;
    const culprit = rows[high - 1]!;
    setAside.push({ seq: culprit.seq, reason: "the document does not survive being written and read again" });
    rows = rows.filter((row) => row !== culprit);
  }
  const rest = addUpdates(freshDoc(job), rows, () => freshDoc(job));
  return { doc: rest.doc, setAside: [...setAside, ...rest.setAside] };
}

const MAX_SET_ASIDE = 20;

function freshDoc({ base }: CompactionJob): Y.Doc {
  const doc = createFaithfulDoc();
  if (base) Y.applyUpdate(doc, base);
  return doc;
}
