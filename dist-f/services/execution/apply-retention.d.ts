/** Retention of the system's configurations: what stays and why, and letting go of the rest. */
import { type ConfigSettings, type RetentionSimulation } from '../../contracts/system/index.ts';
import { type SystemParts } from '../parts.ts';
import { EngineProcess } from './engine-process.ts';
export interface RetentionCall {
    readonly signal?: AbortSignal | undefined;
    /** Where a process of the engine is at hand. */
    readonly engine?: EngineProcess;
}
/**
 * Decides every point of the configurations (or of the one), forgets what no rule keeps and frees its room in two phases. Never the newest good point of a source, nothing pinned or
 * held, nothing of a configuration that is removed; of a disabled one only when it is named. Throws CONFIG_NOT_FOUND, DAMAGED when the list of snapshots is not whole: then nothing is forgotten.
 */
export declare function applyRetention(parts: SystemParts, configId?: string, call?: RetentionCall): Promise<RetentionSimulation>;
/** What `applyRetention` would decide now; with `policy`, as if that were the policy. Changes nothing. Throws CONFIG_NOT_FOUND, DAMAGED. */
export declare function simulateRetention(parts: SystemParts, options?: {
    readonly configId?: string | undefined;
    readonly policy?: ConfigSettings['retention'];
}, call?: RetentionCall): Promise<RetentionSimulation>;
