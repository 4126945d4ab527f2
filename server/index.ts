import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRequestHandler } from "@remix-run/node";
import postgres from "postgres";
import { z } from "zod";
import { openDatabase, type DatabaseHandle } from "#db/client.ts";
import { backupFolder, startBackups } from "#db/dump/backups.ts";
import { migrate } from "#db/migrate.ts";
import { packageRoot } from "#db/package-root.ts";
import { useAssistantModel } from "#server/assistant/index.ts";
import { openBackgroundLane } from "#server/core/background-lane.ts";
import { log } from "#server/core/log.ts";
import { createPostgresSignal } from "#server/core/postgres-signal.ts";
import { useSignal } from "#server/core/signal.ts";
import { ensureDemo, type DemoFolder } from "#server/demo/index.ts";
import { readSettings, type Settings } from "#server/env.ts";
import { unhandledErrors } from "#server/http/metrics.ts";
import type { PageContext } from "#server/http/page-context.ts";
import { offerSetup } from "#server/setup/index.ts";
import { startWeb } from "#server/start.ts";
import { JOBS } from "#workers/jobs/index.ts";
import { grantQueues, prepareQueues, releaseOrphans } from "#workers/queue.ts";
import { startWorkers } from "#workers/start-workers.ts";

/** Long enough to finish running jobs and to dump the embedded database. */
const SHUTDOWN_MS = 30_000;

/** What this process does: everything while the database is embedded, one part with PostgreSQL. */
type Part = "all" | "web" | "worker";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  useAssistantModel(settings.model);
  const part: Part = process.argv.includes("--web") ? "web" : process.argv.includes("--worker") ? "worker" : "all";
  if (part !== "all" && !settings.databaseUrl) {
    throw new Error("Set DATABASE_URL: separate web and worker processes need a PostgreSQL server.");
  }
  const closers: (() => Promise<void>)[] = [];
  const shutDown = once(async (reason: string, code: number) => {
    log.info({ reason }, "shutting down");
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    for (const close of closers.reverse())
      await close().catch((error: unknown) => log.error({ err: error }, "shutdown step failed"));
    process.exit(code);
  });
  process.on("SIGTERM", () => void shutDown("SIGTERM", 0));
  process.on("SIGINT", () => void shutDown("SIGINT", 0));
  for (const kind of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(kind, (error: unknown) => {
      unhandledErrors.inc();
      log.fatal({ err: error, kind }, "unexpected error");
      void shutDown(kind, 1);
    });
  }

  const handle = await openDatabase({
    dataDir: settings.dataDir,
    ...(settings.databaseUrl ? { databaseUrl: settings.databaseUrl } : {}),
    onNotice: (message) => log.warn({ message }, "embedded database"),
    onFatal: (error) => {
      log.fatal({ err: error }, "the database is gone");
      void shutDown("database", 1);
    },
  });
  closers.push(() => handle.close());
  await prepareDatabase(handle, settings);
  const queueClient =
    handle.kind === "embedded" ? handle.sql : postgres(settings.databaseUrl!, { max: 1, onnotice: () => undefined });
  if (handle.kind === "postgres") {
    closers.push(() => queueClient.end({ timeout: 2 }));
    const signal = await createPostgresSignal(postgres(settings.databaseUrl!, { max: 1, onnotice: () => undefined }));
    useSignal(signal);
    closers.push(() => signal.close());
  }
  if (handle.kind === "embedded") openBackgroundLane(handle.db);
  const demoLogins = await ensureDemo(handle.db, settings, demoFolder());

  if (handle.kind === "embedded") {
    const backups = startBackups(handle, backupFolder(settings.dataDir), {
      onDump: (file) => log.info({ file }, "database dumped"),
      onFailure: (error) => log.error({ err: error }, "the database could not be dumped"),
    });
    closers.push(() => backups.stop());
  }
  const pollMs = handle.kind === "embedded" ? 5_000 : 1_000;
  if (part !== "web") {
    const workers = await startWorkers({ db: handle.db, queueClient, pollMs, now: () => new Date() });
    closers.push(() => workers.stop());
  }
  if (part !== "worker") {
    const remixDir = join(packageRoot(), "build", "remix");
    const handler = createRequestHandler(await import(join(remixDir, "server", "index.js")), "production");
    const web = await startWeb({
      settings,
      handle,
      pollMs,
      clientDir: join(remixDir, "client"),
      renderPage: (request, context: PageContext) =>
        handler(request, context as unknown as Parameters<typeof handler>[1]),
    });
    closers.push(() => web.stop());
    const setupToken = await offerSetup(handle.db, new Date());
    announce(web.url, settings, demoLogins, setupToken);
  }
}

/** `--demo-import <folder> [--revenue-unit 1000000]`: the demo workspace is made from the folder's files. */
function demoFolder(): DemoFolder | undefined {
  const { values } = parseArgs({
    options: {
      "demo-import": { type: "string" },
      "revenue-unit": { type: "string" },
      web: { type: "boolean" },
      worker: { type: "boolean" },
    },
  });
  const folder = values["demo-import"];
  if (folder === undefined) return undefined;
  return {
    folder,
    moneyUnit: z
      .union([z.literal(1), z.literal(1000), z.literal(1_000_000)])
      .parse(Number(values["revenue-unit"] ?? 1)),
  };
}

async function prepareDatabase(handle: DatabaseHandle, settings: Settings): Promise<void> {
  if (handle.kind === "embedded") {
    await migrate(handle);
    await handle.withoutTimeLimit(() => prepareQueues(handle.sql, JOBS));
    await grantQueues(handle.sql, []);
    await releaseOrphans(handle.sql);
    return;
  }
  if (!settings.databaseAdminUrl) return;
  await migrate(handle, settings.databaseAdminUrl);
  const admin = postgres(settings.databaseAdminUrl, { max: 1, onnotice: () => undefined });
  try {
    await prepareQueues(admin, JOBS);
    await grantLogin(admin, settings.databaseUrl!);
  } finally {
    await admin.end();
  }
}

/** The application's login may switch to the two roles, and works on the queue's tables without owning them. */
async function grantLogin(admin: postgres.Sql, databaseUrl: string): Promise<void> {
  const login = decodeURIComponent(new URL(databaseUrl).username);
  // Membership to switch to, not to have: the login itself inherits nothing.
  await admin`alter role ${admin(login)} noinherit`;
  await admin`grant ringside_app, ringside_system to ${admin(login)}`;
  await grantQueues(admin, [login]);
}

function announce(
  url: string,
  settings: Settings,
  demoLogins: { label: string; email: string; password: string }[],
  setupToken: string | undefined,
): void {
  const lines = [
    "",
    `  Ringside is ready at ${url}`,
    settings.databaseUrl ? "  Data: PostgreSQL (DATABASE_URL)" : `  Data: ${settings.dataDir}`,
    `  Assistant: ${settings.model ? `model ${settings.model.chatModel ?? "as its server offers"}` : "extractive, no AI model (set OPENAI_API_KEY or OPENAI_BASE_URL)"}`,
    ...demoLogins.map(({ label, email, password }) => `  ${label.padEnd(8)} ${email}  /  ${password}`),
    ...(setupToken
      ? [`  Make the workspace and its administrator, once, within 24 hours: ${url}/setup?token=${setupToken}`]
      : []),
    "",
  ];
  process.stdout.write(lines.join("\n") + "\n");
}

function once<Args extends unknown[]>(work: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  let done: Promise<void> | undefined;
  return (...args) => (done ??= work(...args));
}

main().catch((error: unknown) => {
  log.fatal({ err: error }, "start failed");
  process.stderr.write(`\nRingside could not start: ${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
});
