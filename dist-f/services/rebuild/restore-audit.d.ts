import type { RebuildContext } from './rebuild-context.ts';
export interface RestoredAudit {
    /** Of all segments, canonical. */
    readonly entries: readonly string[];
    readonly appended: number;
}
/**
 * Throws DATABASE_NOT_EMPTY when the database has begun a log of its own, DAMAGED when a segment is missing or broken; forced, it takes the entries up to
 * there.
 */
export declare function restoreAudit(context: RebuildContext): Promise<RestoredAudit>;
