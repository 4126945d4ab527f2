import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, signIn, startProduct, type Product, type SignedIn } from "./product.ts";
import { POLL } from "./room-page.ts";

let product: Product;
let browser: Browser;
let admin: SignedIn;

beforeAll(async () => {
  product = await startProduct(3413);
  browser = await openBrowser();
  admin = await signIn(browser, product, product.logins.admin);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const file = async (name: string, lines: string[]): Promise<string> => {
  const path = join(tmpdir(), `ringside-${process.pid}-${name}`);
  await writeFile(path, lines.join("\n"));
  return path;
};

describe("records in the browser", () => {
  test("the list is searched, sorted and read on to its end without a reload", async () => {
    const { page } = admin;
    await page.goto(`${product.url}/apps/crm/opportunities?kind=all&sort=name`);
    const rows = page.locator(".record-link");
    await rows.first().waitFor();
    const name = (await rows.first().textContent())!;
    // The first page holds 50 rows of 40 pixels; scrolling brings the next ones.
    const readOn = () =>
      page.locator(".record-table").evaluate((element) => {
        element.scrollTo(0, element.scrollHeight);
        return element.scrollHeight;
      });
    await expect.poll(readOn, POLL).toBeGreaterThan(150 * 40);
    await page.getByRole("button", { name: /^Amount/ }).click();
    await page.waitForURL(/sort=amount/);
    await expect.poll(() => rows.count(), POLL).toBeGreaterThan(0);
    await page.getByLabel("Find by name").fill(name);
    await page.waitForURL(/q=/);
    await expect
      .poll(
        () => rows.allTextContents().then((all) => all.length > 0 && all.every((text) => text.includes(name))),
        POLL,
      )
      .toBe(true);
    await page.getByLabel("Find by name").fill("no deal is called like this");
    await page.getByText("No opportunities here").waitFor();
  });

  test("E4.2 a file is uploaded, its unknown stage mapped, checked, imported and undone", async () => {
    const { page } = admin;
    const path = await file("deals.csv", [
      "Opportunity Name;Stage;Amount;Close Date",
      "Quay cranes;Sniffing;12500;2027-03-01",
      "Pilot boats;Discovery;9000;2027-04-01",
    ]);
    await page.goto(`${product.url}/settings/import`);
    await page.getByRole("textbox", { name: "The file holds" }).click();
    await page.getByRole("option", { name: "Opportunities" }).click();
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByRole("button", { name: "Upload and look" }).click();
    await page.getByRole("button", { name: "Check", exact: true }).click();
    // Right after the first start the background is busy reading the whole workspace.
    await page.getByText('"Sniffing" is no stage here').first().waitFor({ timeout: 180_000 });
    await page.getByRole("textbox", { name: "Stage for Sniffing" }).click();
    await page.getByRole("option", { name: "Qualification" }).click();
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByRole("button", { name: "Import 2 rows" }).click();
    await page.getByRole("button", { name: "Undo the whole import" }).waitFor();
    const second = await page.context().newPage();
    await second.goto(`${product.url}/apps/crm/opportunities?q=Quay`);
    await second.locator(".record-link", { hasText: "Quay cranes" }).waitFor();
    await page.getByRole("button", { name: "Undo the whole import" }).click();
    await page.getByText("undone", { exact: true }).waitFor();
    await second.reload();
    await second.getByText("No opportunities here").waitFor();
  });

  test("no journey left an error in the browser", () => {
    expect(admin.errors).toEqual([]);
  });
});
