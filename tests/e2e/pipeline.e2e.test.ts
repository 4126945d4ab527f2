import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi, startPair, type Pair } from "./product.ts";
import { POLL } from "./room-page.ts";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair(3455);
});
afterAll(() => pair?.close());

const NAME = "Quay crane retrofit";
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const column = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });
const card = (page: Page, stage: string, name = NAME): Locator =>
  column(page, stage).locator(".board-card", { hasText: name });

async function openBoard(page: Page): Promise<void> {
  await page.goto(`${pair.product.url}/apps/crm/opportunities?view=board&q=${encodeURIComponent("Quay")}`);
  await column(page, "Qualification").waitFor();
}

/** Writes into a field that is changed where it stands. */
async function fill(scope: Locator, label: string, value: string): Promise<void> {
  await scope.getByRole("button", { name: new RegExp(`^Change ${label}:`) }).click();
  const input = scope.getByLabel(label, { exact: true });
  await input.fill(value);
  await input.press("Control+Enter");
  await expect.poll(() => scope.getByLabel(label, { exact: true }).count(), POLL).toBe(0);
}

const makeDeal = (page: Page, name: string): Promise<{ id: string }> =>
  callApi(page, "opportunities.create", {
    ...{ name, amountCents: 9_900_000, closeDate: inDays(60), nextStep: "Call the harbour", nextStepDue: inDays(5) },
  });

describe("the pipeline in the browser", () => {
  test("B6.2 B7.2 a dragged card is refused with what is missing, is filled in there, and moves; the manager sees it live", async () => {
    const { rep, manager } = pair;
    const { id: opportunityId } = await makeDeal(rep.page, NAME);
    await callApi(rep.page, "activities.log", { kind: "note", subject: "Qualification note", opportunityId });
    const contact = await callApi<{ id: string }>(rep.page, "contacts.create", {
      firstName: "Dee",
      lastName: "Decider",
    });
    await callApi(rep.page, "opportunities.setContactRole", {
      ...{ opportunityId, contactId: contact.id, role: "Decision Maker" },
    });
    await openBoard(rep.page);
    await openBoard(manager.page);
    await card(manager.page, "Qualification").waitFor();

    await card(rep.page, "Qualification").dragTo(column(rep.page, "Discovery"));
    const gate = rep.page.getByRole("dialog");
    await gate.getByText(`${NAME} cannot go to Discovery yet`).waitFor();
    await card(rep.page, "Qualification").waitFor();
    await expect.poll(() => gate.getByLabel("Missing").count(), POLL).toBe(2);

    await fill(gate, "Pain summary", "Cranes stand still for hours");
    await fill(gate, "Discovery meeting date", inDays(7));
    await gate.getByText("Everything is there now.").waitFor();
    await gate.getByRole("button", { name: "Close", exact: true }).last().click();
    await card(rep.page, "Qualification").dragTo(column(rep.page, "Discovery"));
    await card(rep.page, "Discovery").waitFor();
    await card(manager.page, "Discovery").waitFor();
    expect(await card(manager.page, "Qualification").count()).toBe(0);
  });

  test("B7.2 the keyboard moves a card too", async () => {
    const { page } = pair.rep;
    await openBoard(page);
    const link = card(page, "Discovery").getByRole("link");
    await link.focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await card(page, "Qualification").waitFor();
    await card(page, "Qualification")
      .getByRole("button", { name: `Move ${NAME}` })
      .click();
    await page.getByRole("menuitem", { name: "Discovery", exact: true }).click();
    // The note belongs to the first stay in the stage: a new one is asked for.
    await page.getByRole("dialog").getByText("Qualification note logged").waitFor();
    await page.keyboard.press("Escape");
  });

  test("B7.8 a bulk change moves what may move and tells what was refused", async () => {
    const { page } = pair.rep;
    const { id: opportunityId } = await makeDeal(page, "Quay lights");
    await callApi(page, "opportunities.saveStageData", {
      ...{ opportunityId, version: 1, values: { painSummary: "Dark", discoveryMeetingOn: inDays(3) } },
    });
    await callApi(page, "activities.log", { kind: "note", subject: "Qualification note", opportunityId });
    const contact = await callApi<{ id: string }>(page, "contacts.create", { firstName: "Lee", lastName: "Light" });
    await callApi(page, "opportunities.setContactRole", {
      ...{ opportunityId, contactId: contact.id, role: "Decision Maker" },
    });
    await page.goto(`${pair.product.url}/apps/crm/opportunities?q=Quay`);
    await page.getByLabel("Choose Quay lights").check();
    await page.getByLabel(`Choose ${NAME}`).check();
    await page.getByRole("button", { name: "Change stage" }).click();
    const form = page.getByRole("dialog");
    await form.getByRole("textbox", { name: "Stage" }).click();
    await page.getByRole("option", { name: "Discovery", exact: true }).first().click();
    await form.getByRole("button", { name: "Change 2" }).click();
    await page.getByText("1 not changed").waitFor();
    await page.getByText(new RegExp(`${NAME}: .*Qualification note logged`)).waitFor();
    await page.locator("tr", { hasText: "Quay lights" }).getByText("Discovery").waitFor();
  });

  test("B7.3 filters stand in the address and are kept as a view", async () => {
    const { page } = pair.rep;
    await page.goto(`${pair.product.url}/apps/crm/opportunities?q=Quay`);
    await page.getByRole("button", { name: "Assigned to me" }).click();
    await page.waitForURL(/mine=1/);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: /Save or remove/ }).click();
    await page.getByLabel("Save what is shown now as").fill("My quays");
    await page.getByRole("button", { name: "Save view" }).click();
    await page.goto(`${pair.product.url}/apps/crm/opportunities`);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: "My quays" }).click();
    await page.waitForURL(/q=Quay&mine=1/);
    await expect.poll(() => page.locator(".record-link").count(), POLL).toBe(2);
  });

  test("no journey left an error in the browser", () => {
    expect([...pair.rep.errors, ...pair.manager.errors]).toEqual([]);
  });
});
