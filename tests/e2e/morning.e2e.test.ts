import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPair, type Pair } from "./product.ts";
import { POLL } from "./room-page.ts";

let pair: Pair;
let dealName = "";

beforeAll(async () => {
  pair = await startPair(3462);
});
afterAll(async () => pair?.close());

const yesterday = (): string => new Date(Date.now() - 36 * 3_600_000).toISOString().slice(0, 10);

describe("the rep's morning", () => {
  test("B8.4 notes, outcome and next step are logged from the deal's page in three interactions", async () => {
    const { page } = pair.rep;
    await page.goto(`${pair.product.url}/apps/crm/opportunities`);
    const first = page.locator(".record-link").first();
    dealName = (await first.textContent())!;
    await first.click();
    await page.getByRole("heading", { level: 1, name: dealName }).waitFor();
    await page.getByRole("textbox", { name: "Notes" }).fill("They want the offer this week");
    await page.getByText("Connected", { exact: true }).first().click();
    await page.getByRole("region", { name: "Log an activity" }).getByRole("button", { name: "Save" }).click();
    await page.getByText("Activity logged").waitFor();
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText("They want the offer this week").first().waitFor();
    await expect.poll(() => page.locator(".deal-strip").innerText(), POLL).not.toContain("None yet");
  });

  test("B10.2 B10.4 a meeting is scheduled without leaving the command center, and stands there with time and place", async () => {
    const { page } = pair.rep;
    await page.goto(`${pair.product.url}/dashboard/crm`);
    await page.getByRole("button", { name: "Schedule meeting" }).click();
    await page.getByRole("textbox", { name: "What is to be done" }).fill("Demo with operations");
    const now = await page.evaluate(() => {
      const date = new Date();
      date.setHours(23, 0, 0, 0);
      return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}T23:00`;
    });
    await page.getByLabel("Starts").fill(now);
    await page.getByLabel("Place or link").fill("Pier 4");
    await page.getByRole("button", { name: "Save" }).click();
    const today = page.getByRole("region", { name: "Today", exact: true });
    await today.getByText("Demo with operations").waitFor();
    expect(await today.innerText()).toMatch(/23:00[\s\S]*Pier 4/);
    expect(page.url()).toContain("/dashboard/crm");
  });

  test("B10.3 the overdue task heads the command center and opens its record in one click", async () => {
    const { page } = pair.rep;
    await page.goto(`${pair.product.url}/apps/crm/opportunities`);
    await page.locator(".record-link").first().click();
    await page.getByRole("button", { name: "New task" }).click();
    await page.getByRole("textbox", { name: "What is to be done" }).fill("Send the forgotten offer");
    await page.getByLabel("Due").fill(yesterday());
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Task created").waitFor();
    await page.goto(`${pair.product.url}/dashboard/crm?period=year`);
    const figure = page.getByRole("link", { name: /Tasks overdue/ });
    await expect.poll(() => figure.innerText(), POLL).toMatch(/[1-9]/);
    await page.goto(`${pair.product.url}/priorities?type=task`);
    await page.getByRole("link", { name: "Send the forgotten offer" }).click();
    await page.getByRole("heading", { level: 1, name: dealName }).waitFor();
  });

  test("B9.1 B9.2 B9.8 a card says its rule and end; it is dismissed with a reason, undone, and done in place", async () => {
    const { page } = pair.rep;
    await page.goto(`${pair.product.url}/priorities?type=task`);
    const card = page.getByRole("article", { name: "Task overdue: Send the forgotten offer" });
    await card.getByText("Goes away when: The task is done or gets another day.").waitFor();
    await card.getByRole("button", { name: "Dismiss" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Reason").fill("Sent by post");
    await form.getByRole("button", { name: "Dismiss" }).click();
    await card.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await card.waitFor();
    await card.getByRole("button", { name: "Done" }).click();
    await card.waitFor({ state: "detached" });
  });
});

describe("the manager's morning", () => {
  test("B10.5 B10.6 pipeline, weighted forecast, win rate and cycle stand on one screen, and a number opens its deals", async () => {
    const { page } = pair.manager;
    await page.goto(`${pair.product.url}/dashboard/crm`);
    for (const figure of ["Pipeline value", "Weighted forecast", "Win rate", "Sales cycle", "At risk"])
      await page.getByRole("button", { name: new RegExp(`^${figure}`) }).waitFor();
    await page.getByRole("region", { name: "Team performance" }).waitFor();
    await page.getByRole("region", { name: "Opportunities requiring attention" }).waitFor();
    await page.getByRole("button", { name: /^Touchpoints a week/ }).click();
    const drawer = page.getByRole("dialog", { name: "Open deals" });
    const deal = drawer.locator(".record-link").first();
    const name = (await deal.textContent())!;
    await deal.click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });

  test("B9.6 the team's deals stand in the manager's stream with their owner", async () => {
    const { page } = pair.manager;
    await page.goto(`${pair.product.url}/priorities?scope=team`);
    await page.getByRole("heading", { name: "Opportunities requiring attention" }).waitFor();
    await expect.poll(() => page.getByRole("article").count(), POLL).toBeGreaterThan(0);
  });

  test("no journey left an error in the browser", () => {
    expect([...pair.rep.errors, ...pair.manager.errors]).toEqual([]);
  });
});
