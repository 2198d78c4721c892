import { type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type RunHooks } from './run-hooks.ts';
/** Twelve missed heartbeats. By the database's clock alone. */
export declare const STALE_MS = 60000;
export interface TakeOverOptions extends RunHooks {
    /** Silence after which a worker counts as dead; {@link STALE_MS} unless told. */
    readonly staleMs?: number;
}
/**
 * Runs whose worker has not been heard of, or has stopped, go back into the queue; one that has lost too many workers is FAILED. The embedded database has
 * one process: there, every other worker is dead. Gives the runs that were taken.
 */
export declare function takeOverRuns(parts: SystemParts, { staleMs, ...hooks }?: TakeOverOptions): Promise<readonly RunView[]>;
