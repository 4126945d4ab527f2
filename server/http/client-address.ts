import type { IncomingMessage } from "node:http";

/** The client's address. Forwarding headers count only when the connection comes from a configured proxy. */
export function clientAddress(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const direct = (request.socket.remoteAddress ?? "unknown").replace(/^::ffff:/, "");
  if (!trustedProxies.includes(direct)) return direct;
  const hops = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((hop) => hop.trim())
    .filter(Boolean);
  return hops.reverse().find((hop) => !trustedProxies.includes(hop)) ?? direct;
}

/** Whether the browser reached us over TLS, by the same rule. */
export function isTlsRequest(
  request: IncomingMessage,
  trustedProxies: readonly string[],
  appUrl: string | undefined,
): boolean {
  if (appUrl) return appUrl.startsWith("https:");
  const direct = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return trustedProxies.includes(direct) && request.headers["x-forwarded-proto"] === "https";
}
