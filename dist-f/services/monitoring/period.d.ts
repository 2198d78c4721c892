export interface Period {
    readonly fromMs: number;
    /** A run that ended at `fromMs` is not in it, one at `toMs` is: neighbours share none. */
    readonly toMs: number;
}
export type PeriodInput = string | {
    readonly from: string;
    readonly to: string;
};
/** "24h", "7d", "4w" up to now, or two ISO 8601 moments. Throws CONFIG_INVALID. */
export declare function parsePeriod(input: PeriodInput, nowMs: number): Period;
