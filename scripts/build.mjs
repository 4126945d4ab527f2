// Builds the screens (Remix on Vite) and bundles the processes (esbuild). `--if-missing` skips when the build is newer than the sources.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const SOURCES = ["app", "server", "db", "ai", "workers", "package-lock.json", "vite.config.ts", "remix.config.js"];
const STAMP = "build/.stamp";

/** @param {string} path @returns {number} */
const newest = (path) => {
  const stat = statSync(path);
  return stat.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : stat.mtimeMs;
};

if (process.argv.includes("--if-missing") && existsSync(STAMP)) {
  if (Math.max(...SOURCES.filter(existsSync).map(newest)) <= statSync(STAMP).mtimeMs) process.exit(0);
}

console.log("Building Ringside …");
rmSync("build", { recursive: true, force: true });
const vite = spawnSync("npx", ["--no-install", "remix", "vite:build", "--logLevel", "warn"], {
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, NODE_ENV: "production" },
});
if (vite.status !== 0) process.exit(vite.status ?? 1);

compressFiles("build/remix/client/assets");

const entries = {
  index: "server/index.ts",
  "embedded-server": "db/embedded/server.ts",
  "db-command": "db/command.ts",
  "make-template": "db/embedded/make-template.ts",
  "compaction-worker": "server/rooms/compaction/worker.ts",
  command: "server/command.ts",
};
await build({
  entryPoints: Object.entries(entries)
    .filter(([, source]) => existsSync(source))
    .map(([out, source]) => ({ out, in: source })),
  outdir: "build",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});
const template = spawnSync(process.execPath, ["build/make-template.js", "build/cluster"], { stdio: "inherit" });
if (template.status !== 0) process.exit(template.status ?? 1);
rmSync("build/make-template.js");
rmSync("build/make-template.js.map");
writeFileSync(STAMP, "");

/**
 * Puts a compressed copy beside each text file: the server sends it as it is.
 * @param {string} folder
 */
function compressFiles(folder) {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css|svg|json)$/.test(name)) continue;
    const path = join(folder, name);
    const content = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}
