import type { Selectable } from 'kysely';
import type { Tables } from '../../catalog/index.ts';
import { type RecoveryRequestView, type SkippedItem } from '../../contracts/system/index.ts';
import type { Overwrite, RestoreResult } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
export type RequestRow = Selectable<Tables['recovery_requests']>;
/** What is kept of a request's options: everything decided, nothing left to a default of later. */
export interface StoredOptions {
    readonly targetPath: string;
    readonly overwrite: Overwrite;
    readonly paths: readonly string[];
    readonly verify: boolean;
    readonly deleteExtra: boolean;
}
export type StoredStats = Omit<RestoreResult, 'issues'> & {
    readonly issues: readonly SkippedItem[];
};
export declare function storedStats(result: RestoreResult): StoredStats;
/** Throws REQUEST_NOT_FOUND. */
export declare function findRequest({ catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>, requestId: string): Promise<RequestRow>;
export declare function requestView(row: RequestRow): RecoveryRequestView;
