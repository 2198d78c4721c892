import { type ObjectProblem, type Repository } from '../repository/index.ts';
import { type RecordDocument, type RecordEntry } from '../snapshot/index.ts';
export interface RecordChange {
    /** One of `RecordKind`, or a kind of later making: 1 to 32 of `a-z 0-9 -`, the first a letter. */
    readonly record: string;
    /** What it is about, the key within its kind: 1 to 512 bytes of text. */
    readonly subject: string;
    /** Who decided it, for people. */
    readonly by: string;
    /** A JSON object of at most 16 MiB; null lifts the record. */
    readonly value: Readonly<Record<string, unknown>> | null;
    /** Default: the one above the newest. Given: it has to be that or higher. */
    readonly generation?: number;
    readonly signal?: AbortSignal;
}
export interface RecordFilter {
    readonly record?: string;
    readonly subject?: string;
    /** Also those whose newest value is null. Default false. */
    readonly withLifted?: boolean;
    /** Every generation, oldest first, and not only the newest. Default false, but `forget`: of that kind every record counts. */
    readonly everyGeneration?: boolean;
    readonly signal?: AbortSignal;
}
/**
 * Writes a record of any kind. Durable when it resolves, and then the newest of its kind and subject: of two writers at once one is told. Throws ALREADY_EXISTS when `generation` is not above the newest (the writer is stale), USAGE for a kind, subject or
 * value that the format does not take, DAMAGED when a record can't be believed: then nobody can tell which is the newest.
 */
export declare function writeRecord(repository: Repository, change: RecordChange): Promise<RecordEntry>;
/**
 * The newest record of each kind and subject, their signatures checked, sorted by kind, subject and generation. What can't be believed (damaged, or not signed by
 * the maintenance key) is returned apart. Kinds that this version does not know are listed like all others.
 */
export declare function listRecords(repository: Repository, filter?: RecordFilter): Promise<{
    records: RecordEntry[];
    problems: readonly ObjectProblem[];
}>;
/**
 * Writes a record whose generation its owner counts, without reading any other. The same generation may be written again with the same value, never with
 * another one. Durable when it resolves. Returns its name.
 */
export declare function putRecord(repository: Repository, record: Omit<RecordDocument, 'kind'>, signal?: AbortSignal): Promise<string>;
