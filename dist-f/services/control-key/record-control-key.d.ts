/** The wrapped control key as a signed record: without it the sealed URLs and the pseudonyms of a lost database could not be read again. */
import { type Repository } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
interface Recorded {
    readonly generation: number;
    readonly repositoryId: string;
}
/**
 * Makes sure that the control key in force stands in this repository, wrapped for its keys as well. Does nothing when it does. Throws REBUILD_NEEDED when the key of
 * another control plane stands there, KEY_WRONG, DAMAGED and what the store throws.
 */
export declare function recordControlKey(parts: Pick<SystemParts, 'catalog' | 'tenantId' | 'repository'>, repository: Repository, signal?: AbortSignal): Promise<void>;
/** Remembers which generation stands in which repository. */
export declare function markRecorded({ catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>, recorded: Recorded): Promise<void>;
export {};
