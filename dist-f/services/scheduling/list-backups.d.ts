/** The list of runs, newest first. The page is found in an index that holds its order; the total is kept beside the rows. */
import { type SelectQueryBuilder } from 'kysely';
import type { z } from 'zod';
import type { Database, Tables } from '../../catalog/index.ts';
import { type listBackupsFilterSchema, type Page, type paginationSchema, type RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export type ListFilters = z.output<typeof listBackupsFilterSchema>;
export type ListPagination = z.output<typeof paginationSchema>;
/** `from` and `to` bound the moment at which a run was made, both inclusive. Throws CONFIG_INVALID for an unknown state or type, or a time that can't be read. */
export declare function listBackups(parts: SystemParts, filters?: ListFilters, { page, limit }?: ListPagination): Promise<Page<RunView>>;
interface Chosen {
    readonly configId?: string;
    readonly state?: string;
    readonly type?: string;
    readonly from?: Date;
    readonly to?: Date;
}
/** How the database would read the first page: for the test and the bench that hold it against the indexes. */
export declare function listPlan(parts: SystemParts, filters: ListFilters): Promise<string>;
/** Skips to the page in the index, then reads its rows. */
export declare function pageQuery(db: Database, tenantId: string, { chosen, page, limit }: {
    readonly chosen: Chosen;
    readonly page: number;
    readonly limit: number;
}): SelectQueryBuilder<Tables & {
    page: {
        run_id: string;
        at: Date;
    };
}, "page" | "runs", {
    type: string;
    priority: number;
    source: string;
    id: string;
    error: unknown;
    snapshot: string | null;
    skipped: unknown;
    progress: unknown;
    state: string;
    tenant_id: string;
    created_at: Date;
    config_id: string;
    config_name: string;
    trigger: string;
    due_at: Date | null;
    requested_by: string;
    cancel_requested_at: Date | null;
    started_at: Date | null;
    finished_at: Date | null;
    fence: number;
    attempts: number;
    stats: unknown;
    counted_at: Date | null;
    duration_us: number | null;
    bytes_processed: number | null;
    bytes_added: number | null;
    bytes_stored: number | null;
}>;
export {};
