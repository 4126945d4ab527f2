import type { Page } from "playwright-core";

/** For `expect.poll`: what others do and workers finish shows within this time on a busy machine. */
export const POLL = { timeout: 60_000 };

export const notes = (page: Page) => page.locator(".notes");

/** The notes' words without the carets of others. */
export const words = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const copy = document.querySelector(".notes")!.cloneNode(true) as HTMLElement;
    copy.querySelectorAll(".collaboration-carets__caret").forEach((caret) => caret.remove());
    return [...copy.querySelectorAll("p, h2, h3")]
      .map((node) => node.textContent?.replace(/\u2060/g, "").trim())
      .join("\n");
  });

/** Puts the caret at the end of the empty paragraph below a heading and types. */
export async function writeBelow(page: Page, heading: string, text: string): Promise<void> {
  await page.locator(`.notes :is(h2, h3):text-is("${heading}") + p`).click();
  await page.keyboard.type(text);
}

/** Selects the line that holds these words, as Home and Shift+End do. */
export async function selectLine(page: Page, text: string): Promise<void> {
  await page.locator(".notes p", { hasText: text }).click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
}

export const isSaved = (page: Page): Promise<boolean> =>
  page
    .locator("[data-unsaved]")
    .textContent()
    .then((text) => text?.startsWith("Saved") ?? false);

export const nameOf = async (page: Page): Promise<string> =>
  (await page.getByLabel(/^Signed in as/).getAttribute("aria-label"))!.replace("Signed in as ", "");
