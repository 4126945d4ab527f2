import { fold } from "../text/fold.ts";

const MARKUP = /!\[|\]\(|<\s*\/?\s*[a-z!]|&#|&[a-z]+;|(?:javascript|data|vbscript|file)\s*:/i;
const ADDRESS = /\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.)[^\s<>"')\]]+/gi;
const HOST =
  /(?<![@\p{L}\p{N}])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,24}|xn--[a-z0-9-]+)(?![\p{L}\p{N}])/gu;
// "e.g", "i.e", "a.m" and the like look like hosts.
const NOT_HOSTS = new Set(["e.g", "i.e", "a.m", "p.m", "u.s", "u.k", "vs", "no"]);

/** Claims that the text carries markup that a screen could render: images, links, HTML, script addresses. Never allowed, whatever the evidence says. */
export function hasMarkup(text: string): boolean {
  return MARKUP.test(text);
}

/** Every web address and host name of a text, folded. */
export function readHosts(text: string): string[] {
  const addresses = [...text.matchAll(ADDRESS)].map((match) => fold(match[0]).replace(/[.,;:!?]+$/, ""));
  const hosts = [...text.matchAll(HOST)]
    .map((match) => fold(match[0]))
    .filter((host) => !NOT_HOSTS.has(host) && !/^\d/.test(host));
  return [...new Set([...addresses, ...hosts])];
}
