import { type Repository } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
import type { Holdings } from './engine-protocol.ts';
type SyncParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository'>;
/** Snapshots that the catalog believes to be there. */
export declare function knownSnapshots({ catalog, repository }: SyncParts): Promise<string[]>;
/**
 * Copies points, pins and holds as the repository has them into the catalog; copying again changes nothing. Reads in a process of its own, or through `repository` where one
 * is open. Throws what reading throws.
 */
export declare function syncPoints(parts: SyncParts, repository?: Repository, options?: {
    readonly signal?: AbortSignal;
}): Promise<Holdings>;
export declare function recordHoldings({ catalog, tenantId, repository }: SyncParts, holdings: Pick<Holdings, 'points' | 'protections' | 'gone'>): Promise<void>;
export {};
