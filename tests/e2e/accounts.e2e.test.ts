import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPair, type Pair, type SignedIn } from "./product.ts";
import { nameOf } from "./room-page.ts";

let pair: Pair;
let rep: SignedIn;
let manager: SignedIn;
let account = "";

beforeAll(async () => {
  pair = await startPair(3415);
  ({ rep, manager } = pair);
});
afterAll(() => pair?.close());

/** Changes a field where it stands. */
async function edit(label: string, value: string): Promise<void> {
  const { page } = rep;
  await page.getByRole("button", { name: `Change ${label}:` }).click();
  await page.getByLabel(label, { exact: true }).fill(value);
  await page.keyboard.press("Control+Enter");
  await page
    .getByRole("button", { name: `Change ${label}:` })
    .getByText(value)
    .waitFor();
}

describe("an account from its first day to its plan", () => {
  test("B4.3 B4.6 an account is opened, and its double is named before it is made", async () => {
    const { page } = rep;
    await page.goto(`${pair.product.url}/apps/crm/accounts`);
    await page.getByRole("button", { name: "New account" }).first().click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Name").fill("Brightwater Pumps Ltd");
    await form.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/apps\/crm\/accounts\/[0-9a-f-]{36}/);
    account = new URL(page.url()).pathname;
    await page.goto(`${pair.product.url}/apps/crm/accounts`);
    await page.getByRole("button", { name: "New account" }).first().click();
    await form.getByLabel("Name").fill("Brightwater Pumps");
    await form.getByRole("link", { name: "Brightwater Pumps Ltd" }).click();
    await page.waitForURL(`**${account}`);
  });

  test("B4.6 B4.8 strategy, notes, an objective and a colleague are added on the account's page", async () => {
    const { page } = rep;
    await edit("Goals", "Equip the second plant");
    await edit("Competitors", "Grundfos");
    await page.getByLabel("New objective").fill("Frame contract for seals");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page
      .getByLabel(/Frame contract for seals/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Add a colleague" }).click();
    await page.getByRole("textbox", { name: "Colleague" }).click();
    const colleague = page.getByRole("option").first();
    const name = (await colleague.textContent())!;
    await colleague.click();
    await page.getByRole("textbox", { name: "Role in the team" }).fill("Pre-sales");
    await page.getByRole("button", { name: "Add to the team" }).click();
    await page.getByRole("button", { name: `Take ${name} out of the team` }).waitFor();
  });

  test("B4.9 B4.10 people found on the way are added in place, get roles, and stand on the map with what is missing", async () => {
    const { page } = rep;
    for (const [firstName, lastName] of [
      ["Iris", "Stone"],
      ["Paul", "Reed"],
    ] as const) {
      await page.goto(pair.product.url + account);
      await page.getByRole("button", { name: "New contact" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("First name").fill(firstName);
      await form.getByLabel("Last name").fill(lastName);
      await form.getByRole("button", { name: "Save" }).click();
      await page.waitForURL(/\/apps\/crm\/contacts\/[0-9a-f-]{36}/);
    }
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByRole("textbox", { name: "Reports to" }).fill("Stone");
    await page.getByRole("option", { name: "Iris Stone" }).click();
    await page.getByRole("link", { name: "Iris Stone" }).waitFor();

    await page.goto(`${pair.product.url}${account}?view=map`);
    const map = page.getByRole("region", { name: "Relationship map" });
    await map.getByRole("link", { name: "Iris Stone" }).waitFor();
    await map.getByRole("link", { name: "Paul Reed" }).waitFor();
    expect(await map.locator(".react-flow__edge").count()).toBe(1);
    await page.getByText("No decision maker is named").waitFor();
    // The map is walked through by keyboard: its people are links.
    await map.getByRole("link", { name: "Iris Stone" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/apps\/crm\/contacts\//);
  });

  test("B4.2 B4.7 the manager finds the account by its tier and sees the family it belongs to", async () => {
    const { page } = rep;
    await page.goto(pair.product.url + account);
    await page.getByRole("button", { name: "Change Tier:" }).click();
    await page.getByRole("option", { name: "Strategic" }).click();
    await page.getByRole("button", { name: "Change Tier:" }).getByText("Strategic").waitFor();
    await manager.page.goto(`${pair.product.url}/apps/crm/accounts?tier=strategic`);
    await manager.page.getByRole("link", { name: "Brightwater Pumps Ltd" }).click();
    await manager.page.getByRole("tab", { name: "Hierarchy" }).click();
    await manager.page
      .getByRole("region", { name: "Account hierarchy" })
      .getByRole("link", { name: "Brightwater Pumps Ltd" })
      .waitFor();
    await manager.page.getByRole("tab", { name: "History" }).click();
    await manager.page.getByText(`${await nameOf(rep.page)} created the account`).waitFor();
  });

  test("no journey left an error in either browser", () => {
    expect([...rep.errors, ...manager.errors]).toEqual([]);
  });
});
