/**
 * The product's compression levels 1–9 as zstd levels. 3 is the default; from 7 on the cost in time is several times
 * the gain in size.
 */
export const ZSTD_LEVELS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 10, 8: 13, 9: 19 }
export const DEFAULT_LEVEL = 3

export function zstdLevel(level: number): number {
  return ZSTD_LEVELS[level] ?? ZSTD_LEVELS[DEFAULT_LEVEL]!
}
