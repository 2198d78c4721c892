/**
 * Wall clocks of IANA time zones. A wall time is written as the milliseconds that the same figures would be in UTC, so that calendars can be counted
 * without a zone; only `instantOfWall` knows of clocks that are put forward or back.
 */
/** Whether `zone` is a name such as "America/Sao_Paulo". A bare offset is none: it knows nothing of daylight saving. */
export declare function isTimeZone(zone: string): boolean;
/** What the clock of the zone shows at an instant. */
export declare function wallOfInstant(ms: number, zone: string): number;
/**
 * When the clock shows a wall time: of a repeated one the first time; a skipped one is over at the moment at which the clock is put forward.
 * Never decreases with `wallMs`.
 */
export declare function instantOfWall(wallMs: number, zone: string): number;
/** ISO 8601 with the zone's offset: "2026-11-25T02:00:00-03:00". */
export declare function formatLocal(ms: number, zone: string): string;
