/**
 * Checks the whole log: the chain in the database from its first entry to its head, and every entry that a closed segment in the repository holds.
 * Whoever can write to the database can make a chain that is whole again; the segments are signed and lie elsewhere, so they tell.
 */
import type { AuditVerdict } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository'>;
/** Throws what opening the repository throws: a log that can't be compared is not called intact. */
export declare function verifyAudit(parts: AuditParts, options?: {
    readonly signal?: AbortSignal;
}): Promise<AuditVerdict>;
export {};
