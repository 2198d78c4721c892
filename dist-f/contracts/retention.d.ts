/** Which restore points a policy keeps: a pure function of points, policy, zone and time. Meanings: docs/retention.md. */
export interface RetentionPoint {
    readonly id: string;
    /** Milliseconds since 1970. */
    readonly atMs: number;
    /** False for a point that is not complete: it never counts as the last good one. */
    readonly isGood: boolean;
}
export declare const RETENTION_PERIODS: readonly ["hour", "day", "week", "month", "quarter", "year"];
export type RetentionPeriod = (typeof RETENTION_PERIODS)[number];
export interface CustomRule {
    /** `first-of-` or `last-of-` and day, week, month, quarter or year. */
    readonly pattern: string;
    /** So many such points, or for ever. */
    readonly keep: number | 'forever';
}
export interface RetentionPolicy {
    /** The newest so many. */
    readonly last?: number;
    /** Every point of the last so many days. */
    readonly withinDays?: number;
    readonly hourly?: number;
    readonly daily?: number;
    readonly weekly?: number;
    readonly monthly?: number;
    readonly yearly?: number;
    readonly custom?: readonly CustomRule[];
}
export interface RetentionDecision {
    readonly id: string;
    readonly isKept: boolean;
    /** Names of the rules that keep it: `daily 3/14`, `last-of-year`, `pin`, `last good`. */
    readonly reasons: readonly string[];
}
/** Calendar keys of a moment in a zone. */
export type CalendarKeys = (atMs: number) => Readonly<Record<RetentionPeriod, string>>;
/** Keys in an IANA zone ("America/Sao_Paulo"). Weeks are ISO 8601. */
export declare function calendarOf(zone: string): CalendarKeys;
export interface RetentionInput {
    readonly points: readonly RetentionPoint[];
    readonly policy: RetentionPolicy;
    readonly nowMs: number;
    readonly calendar: CalendarKeys;
    /** Why a point is kept whatever the policy says (pins, holds), by id. */
    readonly protectedBy?: ReadonlyMap<string, string>;
}
/** Decides every point, newest first. A policy without any rule keeps everything. The newest good point is always kept. */
export declare function decideRetention(input: RetentionInput): RetentionDecision[];
/** Splits `first-of-month` into its parts, or returns undefined. */
export declare function parsePattern(pattern: string): {
    readonly side: 'first' | 'last';
    readonly period: Exclude<RetentionPeriod, 'hour'>;
} | undefined;
