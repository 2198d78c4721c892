import type { AlarmRule } from '../alarm-rule.ts';
/** Less free room than `minFreeSpace` at the repository or at HOME: the largest that any enabled configuration asks for. Reminds once a day. */
export declare const storageLow: AlarmRule;
