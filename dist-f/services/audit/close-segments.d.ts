import { type Repository } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository'>;
export interface CloseOptions {
    readonly signal?: AbortSignal;
    /** Close only when the oldest open entry is at least this old; default 0: close whatever is open. */
    readonly olderThanMs?: number;
    /** An open repository, where the caller has one. */
    readonly repository?: Repository;
}
/**
 * Writes every entry that no segment holds yet into the repository. Answers how many entries were closed; opens no repository when there are none.
 * Throws what opening and writing throw: nothing is lost, the next call goes on.
 */
export declare function closeAuditSegments(parts: AuditParts, options?: CloseOptions): Promise<number>;
export {};
