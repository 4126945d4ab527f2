import type { ClaimKind, Confidence } from "./contract.ts";

/** A passage or fact card that may be cited: what a model sees, what claims are checked against, and where a reader is led. */
export interface Passage {
  /** Identifies the passage within one request; random when shown to a model, so that it cannot be guessed or planted in a text. */
  readonly handle: string;
  readonly record: RecordRef;
  /** The record's name or subject, as a reader knows it. */
  readonly label: string;
  readonly body: string;
  /** Known from the database rather than from the text: author, date, title, role. They support a claim beside the quote. */
  readonly facts: readonly string[];
  readonly occurredAt: Date;
  readonly author?: string;
  readonly chunkId?: string;
  readonly blockId?: string;
  /** Written by someone outside: web form, inbound mail, transcript, import. */
  readonly isTainted: boolean;
}

export interface RecordRef {
  readonly type: string;
  readonly id: string;
}

/** A piece of evidence as shown: numbered, quoted verbatim, leading to its record. */
export interface EvidenceChip {
  readonly n: number;
  readonly type: string;
  readonly id: string;
  readonly label: string;
  readonly quote: string;
  readonly occurredAt: string;
  readonly author?: string;
  readonly chunkId?: string;
  readonly blockId?: string;
}

export interface Claim {
  readonly text: string;
  readonly kind: ClaimKind;
  /** Numbers of the evidence chips it rests on; never empty. */
  readonly evidence: readonly number[];
  readonly confidence: Confidence;
}

export interface Section {
  readonly title: string;
  readonly claims: readonly Claim[];
}

/** Numbers evidence in order of first use; the same quote of the same record keeps its number. */
export class EvidenceList {
  private readonly chips: EvidenceChip[] = [];
  private readonly numbers = new Map<string, number>();

  /** Returns the number of the chip for this quotation, new or known. */
  add(passage: Passage, quote: string): number {
    return this.addChip({
      type: passage.record.type,
      id: passage.record.id,
      label: passage.label,
      quote,
      occurredAt: passage.occurredAt.toISOString(),
      ...(passage.author === undefined ? {} : { author: passage.author }),
      ...(passage.chunkId === undefined ? {} : { chunkId: passage.chunkId }),
      ...(passage.blockId === undefined ? {} : { blockId: passage.blockId }),
    });
  }

  /** The same for a chip of another list; its old number is not kept. */
  addChip(chip: Omit<EvidenceChip, "n">): number {
    const key = `${chip.type}:${chip.id}:${chip.quote}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const n = this.chips.length + 1;
    this.numbers.set(key, n);
    this.chips.push({ ...chip, n });
    return n;
  }

  list(): readonly EvidenceChip[] {
    return this.chips;
  }
}
