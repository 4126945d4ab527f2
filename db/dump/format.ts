/**
 * A dump is a gzipped text: a line of JSON (`DumpHeader`), then for each table a line of JSON (`TableHeader`), its rows
 * in PostgreSQL's COPY text format and a line `\.`, and at the end a line of JSON (`DumpTrailer`). Without its trailer it
 * is not whole. It holds data alone: the schema always comes from the migrations.
 */
export interface DumpHeader {
  format: "ringside-dump";
  version: 1;
  createdAt: string;
  /** Hashes of the migrations the database had, oldest first. */
  migrations: string[];
  /** Names of the tables, as in their headers. */
  tables: string[];
}

export interface TableHeader {
  /** Schema and name, quoted where SQL asks for it. */
  table: string;
  columns: string[];
}

export interface DumpTrailer {
  contents: Contents;
  /** Last value of each sequence, and whether it has been given out. */
  sequences: Record<string, [lastValue: number, isCalled: boolean]>;
}

/** What two copies of the same data must agree on. */
export interface Contents {
  /** Rows of each table. */
  counts: Record<string, number>;
  /** End of each workspace's chain of events: its number and hash. */
  chainHeads: Record<string, [workspaceSeq: number, hash: string]>;
}

export const endOfTable = "\\.";
