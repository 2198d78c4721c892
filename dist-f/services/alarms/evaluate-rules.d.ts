/** Holds the rules against what is, and brings the alarms in line with it. Any live worker may do it, several at once as well. */
import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { SystemParts } from '../parts.ts';
import type { AlarmRule } from './alarm-rule.ts';
export interface EvaluateOptions {
    /** Default: all but those that rest. */
    readonly rules?: readonly AlarmRule[];
    readonly configId?: string;
    readonly tx?: DatabaseTransaction;
    readonly signal?: AbortSignal;
}
/** Raises, counts and resolves. A rule that fails is logged and leaves its alarms as they are; the others go on. Throws ABORTED. */
export declare function evaluateRules(parts: SystemParts, nowMs: number, options?: EvaluateOptions): Promise<void>;
