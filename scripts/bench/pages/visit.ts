import type { Browser, CDPSession, Page } from "playwright-core";

export interface Visit {
  /** Bytes on the wire, as compressed. */
  scriptBytes: number;
  totalBytes: number;
  requests: number;
  /** Largest contentful paint in milliseconds. */
  lcpMs: number;
  /** Sum of layout shifts. */
  cls: number;
  /** Text sent without compression, and hashed files that a browser may not keep for good. */
  faults: string[];
}

/** "3G Fast" of WebPageTest on a processor a quarter as fast. */
const SLOW = { latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 768_000 / 8, offline: false };
const SLOW_CPU = 4;
const QUIET_MS = 1_500;
const SMALL = 1_000;

/** Opens a page in a new browser profile: nothing is cached. `cookie` is a header's. */
export async function visit(
  browser: Browser,
  url: string,
  { cookie, isSlow = false }: { cookie?: string; isSlow?: boolean },
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  try {
    if (cookie) {
      const [name = "", value = ""] = cookie.split("=", 2);
      await context.addCookies([{ name, value, url: new URL(url).origin }]);
    }
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const traffic = await watchTraffic(devtools);
    if (isSlow) {
      await devtools.send("Network.emulateNetworkConditions", SLOW);
      await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_CPU });
    }
    await page.addInitScript(observePaints);
    await page.goto(url, { waitUntil: "load", timeout: 120_000 });
    await untilQuiet(page, traffic);
    return { ...sum(traffic), ...(await page.evaluate(() => (window as unknown as { paints: Paints }).paints)) };
  } finally {
    await context.close();
  }
}

interface Transfer {
  url: string;
  isScript: boolean;
  headers: Record<string, string>;
  mimeType: string;
  bytes: number;
}

interface Traffic {
  done: Transfer[];
  lastAt: number;
}

async function watchTraffic(devtools: CDPSession): Promise<Traffic> {
  const traffic: Traffic = { done: [], lastAt: performance.now() };
  const open = new Map<string, Transfer>();
  devtools.on("Network.requestWillBeSent", () => (traffic.lastAt = performance.now()));
  devtools.on("Network.responseReceived", ({ requestId, response: { url, mimeType, headers } }) => {
    const isScript = /javascript/.test(mimeType);
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    open.set(requestId, { url, isScript, mimeType, headers: lower, bytes: 0 });
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const transfer = open.get(requestId);
    traffic.lastAt = performance.now();
    if (transfer && transfer.url.startsWith("http")) traffic.done.push({ ...transfer, bytes: encodedDataLength });
  });
  await devtools.send("Network.enable");
  return traffic;
}

async function untilQuiet(page: Page, traffic: Traffic): Promise<void> {
  const until = performance.now() + 60_000;
  while (performance.now() - traffic.lastAt < QUIET_MS && performance.now() < until) await page.waitForTimeout(100);
}

function sum({ done }: Traffic): Omit<Visit, "lcpMs" | "cls"> {
  const bytesOf = (transfers: Transfer[]): number => transfers.reduce((total, { bytes }) => total + bytes, 0);
  return {
    scriptBytes: bytesOf(done.filter(({ isScript }) => isScript)),
    totalBytes: bytesOf(done),
    requests: done.length,
    faults: done.flatMap((transfer) => faultsOf(transfer)),
  };
}

function faultsOf({ url, mimeType, headers, bytes }: Transfer): string[] {
  const { pathname } = new URL(url);
  const isText = /text|javascript|json|svg/.test(mimeType);
  const faults: string[] = [];
  if (isText && bytes > SMALL && !headers["content-encoding"]) faults.push(`${pathname} is not compressed`);
  if (pathname.startsWith("/assets/") && !/immutable/.test(headers["cache-control"] ?? ""))
    faults.push(`${pathname} is not cached for good`);
  return faults;
}

interface Paints {
  lcpMs: number;
  cls: number;
}

/** Runs in the page, before anything else. */
function observePaints(): void {
  const paints: Paints = { lcpMs: 0, cls: 0 };
  (window as unknown as { paints: Paints }).paints = paints;
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) paints.lcpMs = startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) paints.cls += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}
