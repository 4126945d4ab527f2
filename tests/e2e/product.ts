import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterEach } from "vitest";
import { sharedData } from "../setup/shared-data.ts";

const PASSWORD = "ringside-demo";

/** The running product, as `npm start` runs it, on a port and a data directory of its own. */
export interface Product {
  url: string;
  logins: { admin: string; manager: string; rep: string };
  /** kill -9, as a power button would; the data stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on the imported public data set where that is there, else on the generated demo workspace. */
export async function startProduct(port: number): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), "ringside-e2e-"));
  const folder = sharedData("crm-sales-opportunities");
  let child: ChildProcess | undefined;
  const product: Product = {
    url: `http://localhost:${port}`,
    logins: { admin: "", manager: "", rep: "" },
    async start() {
      const isNew = product.logins.admin === "";
      const args = isNew && folder ? ["--demo-import", folder, "--revenue-unit", "1000000"] : [];
      child = spawn(process.execPath, ["build/index.js", ...args], {
        env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: "error", NODE_ENV: "production" },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const output = await readUntilReady(child);
      const login = (label: string): string => new RegExp(`${label}\\s+(\\S+@\\S+)`).exec(output)?.[1] ?? "";
      product.logins = { admin: login("Admin"), manager: login("Manager"), rep: login("Rep") };
    },
    async kill() {
      const gone = new Promise((resolve) => child?.once("exit", resolve));
      child?.kill("SIGKILL");
      await gone;
    },
    async stop() {
      const gone = new Promise((resolve) => child?.once("exit", resolve));
      child?.kill("SIGTERM");
      await gone;
      await rm(dataDir, { recursive: true, force: true });
      await rm(`${dataDir}-backups`, { recursive: true, force: true });
    },
  };
  await product.start();
  return product;
}

function readUntilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/Rep\s+\S+@\S+/.test(output)) resolve(output);
    });
    child.once("exit", (code) => reject(new Error(`The product ended with ${String(code)}: ${output}`)));
  });
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
  if (!executablePath) throw new Error("No Chromium found: apt-get install chromium");
  const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", ...quiet] });
}

export interface SignedIn {
  page: Page;
  /** What the browser's console called an error; a journey ends by looking here. */
  errors: string[];
}

interface Watched {
  page: Page;
  /** Answers of 400 and above since the test began. */
  refusals: string[];
}
const watched: Watched[] = [];

// Where a journey broke off is told in the log: the screens as their users read them, and what the server refused.
afterEach(async ({ task }) => {
  for (const { page, refusals } of watched) {
    const said = refusals.splice(0);
    if (task.result?.state !== "fail" || page.isClosed()) continue;
    const text = await page.innerText("body").catch(String);
    console.error([`-- ${page.url()}`, ...said, text.slice(0, 4000)].join("\n"));
  }
});

/** A person in a browser of his own. */
export async function signIn(browser: Browser, product: Product, email: string): Promise<SignedIn> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  const refusals: string[] = [];
  watched.push({ page, refusals });
  page.on("response", (response) => {
    if (response.status() >= 400)
      refusals.push(`${response.status()} ${response.request().method()} ${response.url().slice(0, 200)}`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    const isNetwork = /Failed to load resource|WebSocket connection/.test(message.text());
    if (message.type() === "error" && !isNetwork) errors.push(message.text());
  });
  await page.goto(`${product.url}/login`);
  await page.fill("input[name=email]", email);
  await page.fill("input[name=password]", PASSWORD);
  await page.click("button[type=submit]");
  await page.waitForURL("**/dashboard/crm");
  return { page, errors };
}

/** Calls a procedure as the person whose browser this is. @returns its answer; @throws with the server's words */
export function callApi<T>(page: Page, procedure: string, input: unknown): Promise<T> {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { "content-type": "application/json", "x-ringside": "1" };
      const response = await fetch(path, { method: "POST", headers, body });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return (JSON.parse(text) as { result: { data: never } }).result.data;
    },
    [`/trpc/${procedure}`, JSON.stringify(input)] as const,
  );
}

/** A running product with a rep and his manager signed in, each in a browser of his own. */
export interface Pair {
  product: Product;
  rep: SignedIn;
  manager: SignedIn;
  close(): Promise<void>;
}

export async function startPair(port: number): Promise<Pair> {
  const product = await startProduct(port);
  const browser = await openBrowser();
  const rep = await signIn(browser, product, product.logins.rep);
  const manager = await signIn(browser, product, product.logins.manager);
  return {
    ...{ product, rep, manager },
    async close() {
      await browser.close();
      await product.stop();
    },
  };
}
