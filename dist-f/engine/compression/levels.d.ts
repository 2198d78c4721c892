/** The product's compression levels 1–9 as zstd levels. 3 is the default; from 7 on the cost in time is several times the gain in size. */
export declare const ZSTD_LEVELS: Readonly<Record<number, number>>;
export declare const DEFAULT_LEVEL = 3;
export declare function zstdLevel(level: number): number;
