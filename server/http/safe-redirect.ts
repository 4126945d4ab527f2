/**
 * A place inside this product to go on to, or `fallback`: one leading slash, no scheme, host, backslash or control character,
 * plain or percent-encoded.
 */
export function safeRedirect(target: string | null | undefined, fallback = "/"): string {
  if (!target || target.length > 2048 || !target.startsWith("/")) return fallback;
  let decoded = target;
  for (let round = 0; round < 3; round++) {
    if (/[\\\u0000-\u001f\u007f]/.test(decoded) || decoded.startsWith("//")) return fallback;
    try {
      const next = decodeURIComponent(decoded);
      if (next === decoded) break;
      decoded = next;
    } catch {
      return fallback;
    }
  }
  const resolved = new URL(target, "http://ringside.invalid");
  const place = resolved.pathname + resolved.search + resolved.hash;
  // Without its dots `/a/..//host` is another host's address.
  return resolved.host === "ringside.invalid" && !place.startsWith("//") ? place : fallback;
}
