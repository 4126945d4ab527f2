// Measures what the screens weigh on the wire and when they show their largest part, against the budgets. Fails if a budget in
// bytes is missed, or if something is sent uncompressed or not cached. See docs/measurements.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser } from "#tests/e2e/product.ts";
import { freePort } from "../support/free-port.ts";
import { printTable, writeReport } from "../support/print.ts";
import { originOf, procedures, signIn, startProduct } from "../support/product.ts";
import { waitForIndex } from "../support/wait-for-index.ts";
import { median } from "../support/statistics.ts";
import { visit, type Visit } from "./visit.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, out: { type: "string" } } });

interface Screen {
  name: string;
  path: string;
  isPublic?: boolean;
  /** Most kilobytes (of 1,000 bytes). */
  budget?: { of: "scripts" | "all"; kb: number };
}

const LCP_BUDGET_MS = 2_500;
const CLS_BUDGET = 0.05;

const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const port = await freePort();
const product = await startProduct({ port, env: { DATA_DIR: join(folder, "data") }, isPinned: false });
const manager = /Manager\s+(\S+@\S+)/.exec(product.output)?.[1];
if (!manager) throw new Error("The product named no manager");
const cookie = await signIn(port, manager);
// What the first minutes have to do would be measured along.
await waitForIndex(procedures(port, cookie));

const browser = await openBrowser();
const measured = [];
for (const screen of await listScreens()) {
  const url = originOf(port) + screen.path;
  const session = screen.isPublic ? {} : { cookie };
  // The server's own first answer of a screen is not the browser's affair.
  await visit(browser, url, session);
  const fast = await repeat(() => visit(browser, url, session));
  const slow = await repeat(() => visit(browser, url, { ...session, isSlow: true }));
  measured.push({ screen, ...verdictOf(screen, fast, slow) });
  console.log(`  ${screen.name}`);
}
await browser.close();

const kb = (bytes: number): string => (bytes / 1_000).toFixed(0);
printTable(
  ["screen", "JS kB", "all kB", "requests", "LCP ms", "LCP slow ms", "CLS", "budget", ""],
  measured.map(({ screen: { name, budget }, visit: v, slowLcpMs, isMet }) => [
    name,
    kb(v.scriptBytes),
    kb(v.totalBytes),
    String(v.requests),
    v.lcpMs.toFixed(0),
    slowLcpMs.toFixed(0) + (slowLcpMs > LCP_BUDGET_MS ? " !" : ""),
    v.cls.toFixed(3) + (v.cls > CLS_BUDGET ? " !" : ""),
    budget ? `${budget.of === "scripts" ? "JS" : "all"} ${budget.kb}` : "",
    budget ? (isMet ? "met" : "missed") : "",
  ]),
);
const faults = [...new Set(measured.flatMap(({ visit }) => visit.faults))];
console.log(faults.length > 0 ? faults.join("\n") : "All text is compressed, all hashed files are cached for good.");
writeReport(values.out, { measured, faults });
process.exit(faults.length === 0 && measured.every(({ isMet }) => isMet) ? 0 : 1);

async function listScreens(): Promise<Screen[]> {
  const { rows } = await procedures(port, cookie).opportunities.list.query({ limit: 1 });
  const deal = `/apps/crm/opportunities/${rows[0]!.id}`;
  return [
    { name: "login", path: "/login", isPublic: true },
    { name: "dashboard", path: "/dashboard/crm", budget: { of: "scripts", kb: 180 } },
    { name: "opportunities", path: "/apps/crm/opportunities", budget: { of: "all", kb: 200 } },
    { name: "opportunity", path: deal },
    { name: "room", path: `${deal}/room`, budget: { of: "all", kb: 320 } },
    { name: "inbox", path: "/inbox" },
    { name: "assistant", path: "/assistant" },
    { name: "import", path: "/settings/import" },
  ];
}

async function repeat(once: () => Promise<Visit>): Promise<Visit[]> {
  const visits: Visit[] = [];
  while (visits.length < Number(values.rounds)) visits.push(await once());
  return visits;
}

function verdictOf({ budget }: Screen, fast: Visit[], slow: Visit[]) {
  const visit: Visit = {
    ...fast[0]!,
    scriptBytes: Math.max(...fast.map(({ scriptBytes }) => scriptBytes)),
    totalBytes: Math.max(...fast.map(({ totalBytes }) => totalBytes)),
    lcpMs: median(fast.map(({ lcpMs }) => lcpMs)),
    cls: Math.max(...[...fast, ...slow].map(({ cls }) => cls)),
  };
  const weight = budget?.of === "scripts" ? visit.scriptBytes : visit.totalBytes;
  return { visit, slowLcpMs: median(slow.map(({ lcpMs }) => lcpMs)), isMet: !budget || weight <= budget.kb * 1_000 };
}
