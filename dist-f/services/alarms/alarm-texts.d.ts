/** Titles and guidance of alarms: a rule brings its own, the others are here. */
import type { Locale } from '../../contracts/index.ts';
import type { AlertType } from '../../contracts/system/index.ts';
export declare function alarmText(type: AlertType, locale: Locale): {
    readonly title: string;
    readonly guidance: string;
};
