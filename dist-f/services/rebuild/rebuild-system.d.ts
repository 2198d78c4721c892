/**
 * Makes a lost database again from the repository alone: control key, configurations and their removals, restore points, runs, pins, holds and the
 * audit log. One transaction: it is all there or nothing is. Repeating it changes nothing.
 */
import type { RebuildSummary } from '../../contracts/system/index.ts';
import type { RebuildParts } from './rebuild-context.ts';
export interface RebuildOptions {
    /** Who asked, for the audit log; default `system`. */
    readonly by?: string;
    /** Go on with a database that has other configurations, and with records that can't be believed. An audit log of its own is never replaced. */
    readonly force?: boolean;
    readonly signal?: AbortSignal;
}
/**
 * Throws DATABASE_NOT_EMPTY, CONFIG_EXISTS, DAMAGED when a record can't be believed (it may be a removal), ROLLBACK_SUSPECTED, KEY_WRONG and what the store
 * throws; then the database is as it was. `parts.secrets` and the audit log made with its key go on with the key that came back.
 */
export declare function rebuildSystem(parts: RebuildParts, options?: RebuildOptions): Promise<RebuildSummary>;
