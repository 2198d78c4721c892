import type { SystemParts } from '../parts.ts';
type RecordParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository' | 'log'>;
/**
 * Writes the newest state of a configuration, or its removal, into the repository. False when it could not be written: the caller says so
 * (RECORD_PENDING), and `retryRecords` tries again. Throws CONFIG_NOT_FOUND.
 */
export declare function recordConfig(parts: RecordParts, configId: string, options?: {
    readonly signal?: AbortSignal;
}): Promise<boolean>;
export interface RetryResult {
    readonly recorded: number;
    /** Configurations that still stand in the database only. */
    readonly pending: readonly string[];
}
export interface RetryOptions {
    readonly signal?: AbortSignal;
    /** Called when something stays pending: with the configurations and since when, so that it can raise an alarm or, when nothing is pending, end one. */
    readonly onPending?: (facts: {
        readonly configIds: readonly string[];
        readonly since: Date | null;
    }) => Promise<void>;
}
/** Records whatever is not recorded yet: the control key, then configurations and removals. Opens no repository when nothing is due. */
export declare function retryRecords(parts: RecordParts, options?: RetryOptions): Promise<RetryResult>;
export {};
