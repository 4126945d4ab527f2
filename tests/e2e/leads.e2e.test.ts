import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, signIn, startProduct, type Product, type SignedIn } from "./product.ts";
import { POLL } from "./room-page.ts";

let product: Product;
let browser: Browser;
let rep: SignedIn;
let manager: SignedIn;

beforeAll(async () => {
  product = await startProduct(3441);
  browser = await openBrowser();
  rep = await signIn(browser, product, product.logins.rep);
  manager = await signIn(browser, product, product.logins.manager);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const LEAD = "Zelda Quartermain";

async function openLead(page: Page, view: string): Promise<void> {
  await page.goto(`${product.url}/apps/crm/leads?view=${view}&q=Quartermain`);
  await page.locator(".record-link", { hasText: LEAD }).click();
  await page.getByRole("heading", { level: 1, name: new RegExp(LEAD) }).waitFor();
}

/** By the form, for oneself; ends on the lead's page. */
async function enterLead(page: Page, firstName: string, lastName: string): Promise<void> {
  await page.goto(`${product.url}/apps/crm/leads`);
  await page.getByRole("button", { name: "New lead" }).first().click();
  const form = page.getByRole("dialog", { name: "New lead" });
  await form.getByLabel("First name").fill(firstName);
  await form.getByLabel("Last name").fill(lastName);
  await form.getByLabel("Company").fill(`${lastName} Quarries`);
  await form.getByLabel("E-mail").fill(`${firstName}@${lastName}.example`.toLowerCase());
  await form.getByRole("textbox", { name: "Owner" }).click();
  await page.getByRole("option", { name: /\(me\)/ }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/\/apps\/crm\/leads\/[0-9a-f-]{36}$/);
}

describe("a lead's way", () => {
  test("B1.1 B1.4 a rep enters a lead and finds it among the newly assigned, one click away", async () => {
    const { page } = rep;
    await enterLead(page, "Zelda", "Quartermain");
    await openLead(page, "new");
    const head = page.locator(".lead-head");
    for (const label of ["Owner", "Score", "SLA due", "Source", "Why this owner"])
      await head.getByText(label, { exact: true }).waitFor();
    const box = (await head.boundingBox())!;
    // B1.3 without scrolling
    expect(box.y + box.height).toBeLessThan(page.viewportSize()!.height);
  });

  test("B1.6 B1.7 the manager flags it, and the rep sees it without a reload", async () => {
    const { page } = manager;
    await openLead(page, "all");
    await page.getByRole("button", { name: "Flag" }).click();
    const form = page.getByRole("dialog", { name: "Flag for immediate attention" });
    await form.getByLabel("Why").fill("Their board meets on Friday");
    await form.getByRole("button", { name: "Flag" }).click();
    await rep.page.getByRole("alert").getByText("Their board meets on Friday").waitFor();
  });

  test("B3.1 B3.2 outreach is logged with outcome and next step; Qualified is refused until the four values are there", async () => {
    const { page } = rep;
    await page.getByRole("button", { name: "Log", exact: true }).click();
    await page.getByText("This is needed").first().waitFor();
    await page.getByRole("radio", { name: "Connected" }).check();
    await page.locator("section[aria-labelledby=outreach]").getByLabel("Notes").fill("They lose two days a month");
    await page.getByLabel("Next step").fill("Demo");
    await page.getByLabel("by", { exact: true }).fill(inDays(6));
    await page.getByRole("button", { name: "Log", exact: true }).click();
    await page.locator(".timeline").getByText("They lose two days a month").waitFor();
    await page.getByRole("heading", { level: 1 }).getByText("Working").waitFor();
    await page.getByRole("alert").getByText("Their board meets on Friday").waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Qualify", exact: true }).click();
    await page.getByText("company fit is missing").waitFor();
    await page.getByLabel("Company fit").fill("Right size");
    await page.getByLabel("Authority (role)").fill("Decides with the owner");
    await page.getByLabel("Need", { exact: true }).fill("Reports in an hour");
    await page.getByRole("button", { name: "Qualify", exact: true }).click();
    await page.getByText("timing is missing").waitFor();
    await page.getByLabel("Timing").fill("This quarter");
    await page.locator("section[aria-labelledby=qualification]").getByLabel("Notes").fill("Good talk");
    await page.getByRole("button", { name: "Qualify", exact: true }).click();
    await page.getByRole("heading", { level: 1 }).getByText("Qualified").waitFor();
  });

  test("B3.5 B3.6 B3.8 it is converted from a form that is filled in already, and is read-only then", async () => {
    const { page } = rep;
    const address = page.url();
    await page.getByRole("button", { name: "Convert to opportunity" }).click();
    const form = page.getByRole("dialog", { name: "Convert to opportunity" });
    expect(await form.getByLabel("Company name").inputValue()).toBe("Quartermain Quarries");
    expect(await form.getByLabel("Next step").inputValue()).toBe("Demo");
    await form.getByLabel("Value").fill("42000");
    await form.getByRole("button", { name: "Convert", exact: true }).click();
    await page.waitForURL(/\/apps\/crm\/opportunities\/[0-9a-f-]{36}/);
    await page.getByText("They lose two days a month").first().waitFor();
    await page.goto(address);
    await page.getByText("Converted", { exact: true }).first().waitFor();
    expect(await page.getByRole("button", { name: "Qualify", exact: true }).count()).toBe(0);
    await page
      .getByRole("link", { name: /Quartermain Quarries/ })
      .first()
      .waitFor();
  });

  test("B1.6 the manager gives several leads to a proposed rep, with a reason", async () => {
    const { page } = manager;
    for (const name of ["Yves", "Xenia"]) await enterLead(page, name, "Marbury");
    await page.goto(`${product.url}/apps/crm/leads?q=Marbury`);
    const rows = page.locator(".record-table tbody tr:not([aria-hidden])");
    await rows.first().waitFor();
    for (const index of [0, 1]) await rows.nth(index).getByRole("checkbox").check();
    await page.getByRole("button", { name: "Reassign" }).click();
    const form = page.getByRole("dialog", { name: /Reassign/ });
    await form.getByLabel("Why").fill("Holiday");
    await expect.poll(() => form.getByRole("button", { name: "Reassign" }).isEnabled(), POLL).toBe(true);
    await form.getByRole("button", { name: "Reassign" }).click();
    await page.getByText(/Reassigned: \d/).waitFor();
    for (const { errors } of [rep, manager])
      // The one refusal of Qualified, and of outreach without a next step, are asked for above.
      expect(errors.filter((text) => !text.includes("422"))).toEqual([]);
  });
});
