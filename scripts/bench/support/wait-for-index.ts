import type { procedures } from "./product.ts";

const PATIENCE_MS = 15 * 60_000;

/** Resolves when the assistant has read everything there is. */
export async function waitForIndex(api: ReturnType<typeof procedures>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const { index } = await api.assistant.status.query();
    if (index.chunks > 0 && index.pending === 0) return;
    if (performance.now() > until) throw new Error("The assistant's index does not catch up");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
