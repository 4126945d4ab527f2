import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { copyTemplate, templateCluster } from "./template-cluster.ts";

/** A data directory for this test alone, migrated and empty; removed after the test unless its place is given. */
export async function embeddedDirectory(place?: string): Promise<string> {
  const dataDir = place ?? join(temporaryFolder(), "data");
  copyTemplate(await templateCluster(), dataDir);
  return dataDir;
}

/** An empty folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ringside-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
