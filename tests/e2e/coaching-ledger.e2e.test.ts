import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi, startPair, type Pair, type Product, type SignedIn } from "./product.ts";
import { isSaved, nameOf, notes, POLL, selectLine, words, writeBelow } from "./room-page.ts";

let pair: Pair;
let product: Product;
let rep: SignedIn;
let manager: SignedIn;
let deal = "";

const CLAIM = "Procurement signs in March.";
const item = (page: Page, text: string) => page.locator(".coaching-item", { hasText: text });
const openRoom = async ({ page }: SignedIn): Promise<void> => {
  await page.goto(`${product.url}${deal}/room`);
  await notes(page).locator("h2", { hasText: "Risks" }).waitFor();
};

beforeAll(async () => {
  pair = await startPair(3412);
  ({ product, rep, manager } = pair);
});
afterAll(() => pair?.close());

describe("coaching from the first word to the escalation", () => {
  test("a rep makes a deal and writes down what he knows", async () => {
    const { page } = rep;
    await page.goto(`${product.url}/apps/crm/opportunities`);
    await page.getByRole("button", { name: "New opportunity" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Name").fill("Harbour lighting 2027");
    await form.getByLabel("Amount").fill("80000");
    await form.getByLabel("Close date").fill("2027-03-31");
    await form.getByLabel("Next step").fill("Meet the harbour office");
    await form.getByLabel(/^by/).fill("2027-01-15");
    await form.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/apps\/crm\/opportunities\/[0-9a-f-]{36}$/);
    deal = new URL(page.url()).pathname;
    await openRoom(rep);
    await writeBelow(page, "Situation", CLAIM);
    await expect.poll(() => isSaved(page), POLL).toBe(true);
  });

  test("A1.6 a deal over 50,000 pins its strategy, and an intervention becomes a task with owner and date", async () => {
    const { page } = manager;
    await openRoom(manager);
    await page.getByRole("button", { name: "Deal strategy" }).click();
    await writeBelow(page, "Interventions", "Invite their operations lead to the plant.");
    await selectLine(page, "operations lead");
    await page.getByRole("button", { name: "Make task" }).click();
    await page.getByRole("dialog").getByLabel(/^By/).fill("2027-02-01");
    await page.getByRole("button", { name: "Create task" }).click();
    await page.getByText("Task created on the record").waitFor();
    await rep.page.goto(product.url + deal);
    const task = rep.page.getByLabel("Invite their operations lead to the plant.");
    await task.waitFor();
    await rep.page.getByText("from the room").waitFor();
  });

  test("A2.1 A3.4 a passage is coached with urgency and the rep answers that he disagrees", async () => {
    await openRoom(manager);
    await openRoom(rep);
    await selectLine(manager.page, CLAIM);
    await manager.page.getByRole("button", { name: "Coach", exact: true }).click();
    await manager.page.getByLabel("What do you ask for?").fill("Who told you March?");
    await manager.page.getByText("Urgent", { exact: true }).click();
    await manager.page.getByRole("button", { name: "Ask for acknowledgment" }).click();
    const mine = item(rep.page, "Who told you March?");
    await mine.getByText("Urgent").waitFor();
    await mine.getByText("Disagree", { exact: true }).click();
    await mine.getByLabel("Why you see it differently").fill("Their buyer said so on the phone.");
    await mine.getByRole("button", { name: "Acknowledge", exact: true }).click();
    await item(manager.page, "Who told you March?").getByText("Their buyer said so on the phone.").waitFor();
  });

  test("A2.3 words changed after the acknowledgment are shown with the difference, removed ones keep their quote", async () => {
    const seen = item(manager.page, "Who told you March?");
    await rep.page.locator(".notes p", { hasText: "Procurement signs" }).click();
    await rep.page.keyboard.press("End");
    // The full stop stays what it was: the passage ends with it.
    await rep.page.keyboard.press("ArrowLeft");
    await rep.page.keyboard.type(" or later");
    await seen.getByText("Changed since acknowledged").waitFor();
    await expect.poll(() => seen.locator("ins").allTextContents(), POLL).toContain("or later");
    await rep.page.keyboard.press("Home");
    await rep.page.keyboard.press("Shift+End");
    await rep.page.keyboard.press("Delete");
    await seen.getByText("This passage was removed from the notes.").waitFor();
    expect(await seen.locator(".quote").textContent()).toContain(CLAIM);
  });

  test("A2.4 each act is an entry with person and comment: started, finished, reopened", async () => {
    const mine = item(rep.page, "Who told you March?");
    await mine.getByRole("button", { name: "Start" }).click();
    await mine.getByText("In progress", { exact: true }).waitFor();
    await mine.getByRole("button", { name: "Done" }).click();
    const seen = item(manager.page, "Who told you March?");
    await manager.page.locator('.coaching-item[data-state="done"]').waitFor();
    await seen.getByRole("button", { name: "History and reply" }).click();
    await seen.getByLabel("Reply").fill("Please put the name in.");
    await seen.getByRole("button", { name: "Reopen" }).click();
    await seen.getByText("reopened: Please put the name in.").waitFor();
    const repName = await nameOf(rep.page);
    for (const act of ["acknowledged", "started", "finished"]) {
      await seen.locator(".ledger li", { hasText: `${repName} ${act}` }).waitFor();
    }
    await mine.getByText("Reopened", { exact: true }).waitFor();
  });

  test("A2.2 a review that says Needs work asks the rep for an acknowledgment", async () => {
    const { page } = manager;
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("menuitem", { name: "Record an outcome" }).click();
    await page.getByText("Needs work", { exact: true }).click();
    await page.getByLabel("What needs work?").fill("No economic buyer named.");
    await page.getByRole("button", { name: "Record review" }).click();
    await item(rep.page, "No economic buyer named.").getByText("To acknowledge").waitFor();
  });

  test("A3.6 what falls due while the server is down escalates once when it is back", async () => {
    const opportunityId = deal.split("/").at(-1)!;
    const dueAt = new Date(Date.now() + 4_000).toISOString();
    await callApi(manager.page, "coaching.request", { opportunityId, comment: "Answer before we meet.", dueAt });
    await product.kill();
    await expect.poll(() => Date.now() > Date.parse(dueAt), POLL).toBe(true);
    await product.start();
    await manager.page.goto(`${product.url}/inbox`);
    await manager.page.getByRole("tab", { name: /Escalated/ }).click();
    const escalated = item(manager.page, "Answer before we meet.");
    await escalated.waitFor({ timeout: 60_000 });
    await escalated.getByRole("button", { name: "History and reply" }).click();
    await escalated.locator(".ledger li", { hasText: "not acknowledged in time" }).first().waitFor();
    expect(await escalated.locator(".ledger li", { hasText: "not acknowledged in time" }).count()).toBe(1);
  });

  test("A1.9 A4.3 an answer quotes the room and its source opens the notes at the passage", async () => {
    const { page } = manager;
    await openRoom(manager);
    await writeBelow(page, "Decision process", "The harbour master decides about lamps after the dry dock visit.");
    await expect.poll(() => isSaved(page), POLL).toBe(true);
    await page.goto(`${product.url}/assistant`);
    await page.getByLabel("Question").fill("Who decides about lamps?");
    await page.keyboard.press("Enter");
    const answer = page.locator("article[data-done]").first();
    await answer.getByText("harbour master").first().waitFor();
    await answer.locator('.evidence-mark[aria-label*="harbour master"]').first().click();
    await page.waitForURL(/\/room#/);
    await page.locator('.passage-mark[data-kind="cited"]', { hasText: "harbour master" }).waitFor();
    expect(await words(page)).toContain("harbour master");
  });

  test("no journey left an error in either browser", () => {
    expect([...rep.errors, ...manager.errors]).toEqual([]);
  });
});
