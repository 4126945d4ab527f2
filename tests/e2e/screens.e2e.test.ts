import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi, openBrowser, signIn, startProduct, type Product, type SignedIn } from "./product.ts";
import { notes } from "./room-page.ts";

let product: Product;
let browser: Browser;
let admin: SignedIn;
let axe = "";
let screens: string[] = [];

beforeAll(async () => {
  product = await startProduct(3414);
  browser = await openBrowser();
  admin = await signIn(browser, product, product.logins.admin);
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const { page } = admin;
  const firstOf = async (list: string): Promise<string> => {
    await page.goto(product.url + list);
    return (await page.locator(".record-link").first().getAttribute("href"))!;
  };
  await callApi(page, "leads.create", { firstName: "Ada", lastName: "King", company: "Engines", source: "web" });
  const lead = await firstOf("/apps/crm/leads");
  const deal = await firstOf("/apps/crm/opportunities");
  const account = await firstOf("/apps/crm/accounts");
  screens = [
    ...[
      "/dashboard/crm",
      "/priorities",
      "/inbox",
      "/assistant",
      "/apps/crm/leads",
      "/apps/crm/opportunities",
      "/apps/crm/opportunities?view=board",
      "/apps/crm/opportunities/data-quality",
      "/apps/crm/accounts",
      "/apps/crm/contacts",
    ],
    ...[lead, "/settings/leads", deal, `${deal}/room`, account, `${account}/room`],
    ...["/settings/import", "/settings/people", "/settings/pipelines", "/settings/coaching"],
    ...["/settings/deal-risk", "/settings/account"],
  ];
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

async function open(page: Page, path: string): Promise<void> {
  await page.goto(product.url + path);
  await page.locator("h1").first().waitFor();
  if (path.endsWith("/room")) await notes(page).locator("h2").first().waitFor();
  // Lists beside the main thing arrive later; what is checked is the whole screen.
  await page.waitForLoadState("networkidle");
}

/** What hinders people, as the checker says it: rule, and where. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

describe("every screen", () => {
  test.each(["light", "dark"] as const)(
    "has no serious barrier for people who see or move otherwise (%s)",
    async (colorScheme) => {
      const { page } = admin;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const found: string[] = [];
      for (const path of screens) {
        await open(page, path);
        found.push(...(await barriers(page)).map((barrier) => `${path.replace(/[0-9a-f-]{36}/, "…")} ${barrier}`));
      }
      expect(found).toEqual([]);
    },
  );

  test("fits a phone without scrolling sideways", async () => {
    const { page } = admin;
    await page.setViewportSize({ width: 390, height: 844 });
    const wide: string[] = [];
    for (const path of screens) {
      await open(page, path);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (over > 0) wide.push(`${path} ${over}`);
    }
    expect(wide).toEqual([]);
  });

  test("says plainly that a record is not there, and leads back", async () => {
    const { page } = admin;
    await page.goto(`${product.url}/apps/crm/opportunities/01a1feab-296d-7789-bd36-b4fc5aa6ed14`);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    expect(await page.getByRole("link").count()).toBeGreaterThan(0);
  });
});
