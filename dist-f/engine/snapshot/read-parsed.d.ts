import type { ObjectType } from '../crypto/index.ts';
import type { ObjectProblem, PreviousOf, Repository, StoredDocument } from '../repository/index.ts';
export interface ParsedDocument<T> {
    readonly name: string;
    readonly key: string;
    readonly document: T;
    /** Hexadecimal; `f` throughout for the maintenance key. */
    readonly signer: string;
    /** Store milliseconds. */
    readonly modifiedMs: number;
}
export interface DocumentKind<T> {
    readonly folder: string;
    readonly type: ObjectType;
    /** Throws DAMAGED. */
    readonly parse: (stored: StoredDocument) => T;
    /** For documents of which each names its signer's one before: then the newest one's signature stands for the chain. */
    readonly previousOf?: PreviousOf;
}
/** Every document of a folder. One that has another shape than its kind is a problem of its own: it does not keep the others from being read. */
export declare function readParsed<T>(repository: Repository, { folder, type, parse, previousOf }: DocumentKind<T>, signal?: AbortSignal): Promise<{
    entries: Array<ParsedDocument<T>>;
    problems: ObjectProblem[];
}>;
/** For documents that only the maintenance key may sign. Throws DAMAGED. */
export declare function byMaintenance(stored: StoredDocument): Record<string, unknown>;
/** For documents that name the writer who signs them. Throws DAMAGED. */
export declare function byItsWriter<T extends {
    readonly writer: string;
}>(document: T, { signer, key }: StoredDocument): T;
