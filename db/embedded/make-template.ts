// Run by the build: makes the cluster that new data directories start from, migrated and empty. `node make-template.js FOLDER`
import { chmodSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeMigratedCluster } from "./migrated-cluster.ts";

const [, , target = ""] = process.argv;
const draft = resolve(`${target}-draft`);
rmSync(draft, { recursive: true, force: true });
rmSync(target, { recursive: true, force: true });
await makeMigratedCluster(draft, target);

// There is nothing in it yet that not everybody may read, and who runs the product need not be who built it.
for (const path of [".", ...readdirSync(target, { recursive: true, encoding: "utf8" })].map((name) =>
  join(target, name),
))
  chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
