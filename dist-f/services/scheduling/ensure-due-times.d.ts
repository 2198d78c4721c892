import type { DatabaseTransaction } from '../../catalog/index.ts';
import { type ConfigSettings } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export interface ScheduledConfig {
    readonly id: string;
    readonly enabled: boolean;
    readonly settings: Pick<ConfigSettings, 'schedule' | 'timezone'>;
    readonly createdAt: Date;
}
/**
 * Makes the configuration's waiting due time be one of its schedule: called in the transaction that made, changed, enabled or disabled it. One that waits
 * already, also an overdue one, stays when the schedule still names it. Gives the next moment in milliseconds, Infinity where there is none.
 * Throws CONFIG_INVALID like `nextDueAt`.
 */
export declare function ensureDueTimes(tx: DatabaseTransaction, parts: SystemParts, config: ScheduledConfig): Promise<number>;
/** Puts a due time in, to wait for its moment. One that is there already stays as it is. */
export declare function insertWaiting(tx: DatabaseTransaction, parts: Pick<SystemParts, 'tenantId'>, { config, dueAtMs }: {
    readonly config: ScheduledConfig;
    readonly dueAtMs: number;
}): Promise<void>;
/** The configuration's first due time after a moment. */
export declare function dueAfter({ settings, createdAt }: ScheduledConfig, afterMs: number): number;
