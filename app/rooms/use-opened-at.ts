import { useLocation, useSearchParams } from "@remix-run/react";
import type { EditorView } from "@tiptap/pm/view";
import { useEffect, useRef } from "react";

interface OpenedAt {
  /** `?item=`: a coaching item, from the inbox or a notification. */
  itemId: string | null;
  /** `#client:clock`: a block that an answer cites. */
  blockId: string | null;
}

const ATTEMPTS = 25;
const EVERY_MS = 200;

interface Handlers {
  isReady: boolean;
  /** Once for each time the address is followed. */
  show(wanted: OpenedAt): void;
  /** @returns false while the notes do not have it yet */
  scroll(wanted: OpenedAt): boolean;
}

/** Opens the room at the passage that its address names; scrolls there once the notes have it. */
export function useOpenedAt({ isReady, show, scroll }: Handlers): void {
  const [params] = useSearchParams();
  const { hash, key } = useLocation();
  const itemId = params.get("item");
  const blockId = /^#\d+(:|%3A)\d+$/i.test(hash) ? decodeURIComponent(hash.slice(1)) : null;
  const latest = useRef({ show, scroll });
  latest.current = { show, scroll };
  useEffect(() => {
    if (!isReady || (!itemId && !blockId)) return;
    const wanted = { itemId: blockId ? null : itemId, blockId };
    latest.current.show(wanted);
    let left = ATTEMPTS;
    const timer = setInterval(() => {
      left--;
      if (latest.current.scroll(wanted) || left === 0) clearInterval(timer);
    }, EVERY_MS);
    return () => clearInterval(timer);
    // Following the same link again shows the passage again.
  }, [isReady, itemId, blockId, key]);
}

/** @returns false when there is nothing to scroll to */
export function scrollTo(view: EditorView | undefined, range: { from: number } | undefined): boolean {
  if (!view || !range) return false;
  const { node } = view.domAtPos(range.from);
  const element = node instanceof HTMLElement ? node : node.parentElement;
  element?.scrollIntoView({ block: "center", behavior: "smooth" });
  return true;
}
