import type { AlarmNotice } from './notifier.ts';
export declare function subjectOf(notice: AlarmNotice): string;
export declare function textOf(notice: AlarmNotice): string;
