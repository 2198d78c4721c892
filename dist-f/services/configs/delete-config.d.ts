import { type Warning } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/**
 * Takes a configuration away: no further run, the open ones end with a checkpoint; its points stay and no longer expire. Its name is free again.
 * Throws CONFIG_NOT_FOUND.
 */
export declare function deleteConfig(parts: SystemParts, id: string, by: string, options?: {
    readonly signal?: AbortSignal;
}): Promise<{
    readonly warnings: readonly Warning[];
}>;
