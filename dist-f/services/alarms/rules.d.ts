/** Every alarm rule: one line each. A rule that mutes another stands before it. */
import type { AlarmRule } from './alarm-rule.ts';
export declare const RULES: readonly AlarmRule[];
/** What the end of a run decides. */
export declare const RUN_RULES: readonly AlarmRule[];
