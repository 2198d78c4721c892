import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { History, RecordEntry, Repository } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
export type RebuildParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository' | 'secrets' | 'log' | 'locale'>;
/** What every part of a rebuild works with: one reading of the repository, one transaction. */
export interface RebuildContext {
    readonly parts: RebuildParts;
    readonly tx: DatabaseTransaction;
    readonly repository: Repository;
    readonly history: History;
    readonly auditRecords: readonly RecordEntry[];
    /** Keep what else the database holds. */
    readonly isForced: boolean;
}
/** Every generation of the records of one kind, by subject, oldest first. */
export declare function generationsBySubject(history: History, kind: string): Map<string, RecordEntry[]>;
