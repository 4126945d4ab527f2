import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPair, type Pair, type Product, type SignedIn } from "./product.ts";
import { nameOf, notes, POLL, words } from "./room-page.ts";

let pair: Pair;
let product: Product;
let rep: SignedIn;
let manager: SignedIn;
let roomPath = "";

const SENTENCE = "The champion left last week and nobody replaced her.";
beforeAll(async () => {
  pair = await startPair(3411);
  ({ product, rep, manager } = pair);
});
afterAll(() => pair?.close());

describe("the live deal review, a rep and his manager at once", () => {
  test("A1.1 a deal's room opens from its page in one click and shows the deal beside the notes", async () => {
    await rep.page.goto(`${product.url}/apps/crm/opportunities?sort=name`);
    await rep.page.locator(".record-link").first().click();
    await rep.page.getByRole("link", { name: "Open the room" }).click();
    await notes(rep.page).waitFor();
    roomPath = new URL(rep.page.url()).pathname;
    expect(roomPath).toMatch(/^\/apps\/crm\/opportunities\/[0-9a-f-]{36}\/room$/);
    for (const label of ["Stage", "Amount", "Close date", "Forecast category", "Next step"]) {
      await rep.page.locator(".room-panel dt", { hasText: label }).first().waitFor();
    }
    await rep.page.locator(".notes h2", { hasText: "Situation" }).waitFor();
  });

  test("A1.2 both write at the same time and both screens end up the same", async () => {
    await manager.page.goto(product.url + roomPath);
    await manager.page.locator(".notes h2", { hasText: "Risks" }).waitFor();
    await rep.page.locator(".notes p").nth(0).click();
    await manager.page.locator(".notes p").nth(2).click();
    const [mine, theirs] = [SENTENCE, "Budget is not confirmed."];
    await Promise.all([rep.page.keyboard.type(mine, { delay: 5 }), manager.page.keyboard.type(theirs, { delay: 5 })]);
    await expect.poll(() => words(rep.page), POLL).toContain(theirs);
    await expect.poll(() => words(manager.page), POLL).toContain(mine);
    await expect.poll(async () => (await words(rep.page)) === (await words(manager.page)), POLL).toBe(true);
  });

  test("A1.3 each sees the other's name, caret and section, as the session says", async () => {
    const label = manager.page.locator(".collaboration-carets__label").first();
    await label.waitFor();
    const me = await nameOf(rep.page);
    expect(await label.textContent()).toBe(me);
    await expect
      .poll(() => manager.page.locator(`[data-person="${me}"]`).getAttribute("data-section"), POLL)
      .toBe("Situation");
  });

  test("A1.4 an edit counts as unsaved until it is durable, and survives kill -9 once it is called saved", async () => {
    const status = rep.page.locator("[data-unsaved]");
    await expect.poll(() => status.textContent(), POLL).toMatch(/^Saved/);
    await product.kill();
    await rep.page.locator(".notes p").nth(1).click();
    await rep.page.keyboard.type("Written while the server was down.");
    await expect.poll(async () => Number(await status.getAttribute("data-unsaved")), POLL).toBeGreaterThan(0);
    await expect.poll(() => status.textContent(), POLL).toContain("not saved yet");
    await product.start();
    await expect.poll(() => status.getAttribute("data-unsaved"), { timeout: 60_000 }).toBe("0");
    await expect.poll(() => words(manager.page), { timeout: 60_000 }).toContain("Written while the server was down.");
    expect(await words(manager.page)).toContain(SENTENCE);
  });

  test("A2.1 the manager coaches a selected sentence and its mark stands in the notes", async () => {
    const { page } = manager;
    await page.locator(".notes p", { hasText: "champion left" }).click();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+End");
    await page.getByRole("button", { name: "Coach", exact: true }).click();
    await page.getByLabel("What do you ask for?").fill("Who replaces her, and by when?");
    await page.getByRole("button", { name: "Ask for acknowledgment" }).click();
    await page.locator(".coaching-item .quote", { hasText: "champion left" }).waitFor();
    await page.locator(".passage-mark").first().waitFor();
  });

  test("A3.2 A3.7 the rep's inbox fills by itself and quotes the passage", async () => {
    await rep.page.goto(`${product.url}/dashboard/crm`);
    await rep.page
      .getByLabel(/to acknowledge$/)
      .first()
      .waitFor();
    await rep.page.goto(`${product.url}/inbox`);
    const item = rep.page.locator(".coaching-item", { hasText: "Who replaces her" });
    await item.waitFor();
    expect(await item.locator(".quote").textContent()).toContain("champion left");
  });

  test("A3.1 A3.4 the rep acknowledges in place and the manager's screen says so without a reload", async () => {
    await rep.page.getByRole("button", { name: "Acknowledge", exact: true }).first().click();
    await rep.page.getByText("Acknowledged.", { exact: false }).first().waitFor();
    await manager.page.locator('.coaching-item[data-state="acknowledged"]').waitFor();
    await manager.page.getByRole("tab", { name: "Activity" }).click();
    await manager.page.getByText("acknowledged the coaching").first().waitFor();
  });

  test("A1.8 versions name their authors", async () => {
    await manager.page.getByRole("tab", { name: "Versions" }).click();
    const me = await nameOf(rep.page);
    await manager.page.locator(".room-side ol", { hasText: me }).waitFor();
  });

  test("A4.1 A4.3 the assistant sums the deal up, each line with its source", async () => {
    const { page } = manager;
    await page.getByRole("tab", { name: "Assistant" }).click();
    await page.getByText("Extracted (no AI model)").first().waitFor();
    const claims = page.getByRole("region", { name: "Summary" }).locator(".claim");
    await claims.first().waitFor();
    for (const claim of await claims.all()) expect(await claim.locator(".evidence-mark").count()).toBeGreaterThan(0);
  });

  test("A4.2 a question streams an answer that quotes the room", async () => {
    const { page } = manager;
    // What was just written is searchable a little later: while the import is still being read, the question is asked again.
    const ask = async (): Promise<string> => {
      await page.getByLabel("Question").fill("Why did the champion leave?");
      await page.keyboard.press("Enter");
      const answer = page.locator("article[data-done]").first();
      await answer.waitFor({ timeout: 60_000 });
      return answer.innerText();
    };
    await expect.poll(ask, { timeout: 100_000, interval: 8_000 }).toContain("champion left last week");
  });

  test("no journey left an error in either browser", () => {
    expect([...rep.errors, ...manager.errors]).toEqual([]);
  });
});
