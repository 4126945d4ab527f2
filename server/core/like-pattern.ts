/** Pattern for `ilike` that finds the text anywhere; the text's own wildcards are taken literally. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
