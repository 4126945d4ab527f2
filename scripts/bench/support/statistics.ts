/** @param sorted ascending @param share 0 to 1 @returns NaN for nothing */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** To one decimal; a dash for what was not measured. */
export const figure = (value: number, digits = 1): string => (Number.isFinite(value) ? value.toFixed(digits) : "-");
