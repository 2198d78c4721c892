/** Times and sizes as an alarm says them. */
import type { Locale } from '../../contracts/index.ts';
export declare function bytesText(bytes: number, locale: Locale): string;
export declare function percentText(share: number, locale: Locale): string;
/** "2 h 5 min"; below a minute "40 s". */
export declare function durationText(ms: number): string;
/** Date, time and zone of a place. */
export declare function timeText(at: Date, timeZone: string, locale: Locale): string;
