/** A closed stretch of the log as a signed record in the repository (docs/format/v1.md section 13). */
import type { RecordEntry } from '../../engine/index.ts';
export interface AuditSegment {
    readonly number: number;
    readonly from: number;
    readonly to: number;
    /** Before the first entry. */
    readonly previous: Buffer;
    /** Of the last entry. */
    readonly hash: Buffer;
    /** Canonical JSON. */
    readonly entries: readonly string[];
}
export interface StoredSegment extends AuditSegment {
    /** Name of the record. */
    readonly record: string;
    readonly at: string;
}
export declare const segmentSubject: (tenantId: string, number: number) => string;
export declare function segmentValue(segment: AuditSegment): Record<string, unknown>;
export interface SegmentList {
    /** By number; of two with one number the older first. */
    readonly segments: readonly StoredSegment[];
    /** Numbers of records that do not hold together. */
    readonly damaged: readonly number[];
}
/** The tenant's segments among all records. */
export declare function segmentsOf(records: readonly RecordEntry[], tenantId: string): SegmentList;
/** The hash of each entry, in order. */
export declare function hashesOf(segment: Pick<AuditSegment, 'previous' | 'entries'>): Buffer[];
