export declare const HASH_BYTES = 32;
export declare const GENESIS: Buffer;
/** What a check can find. Each has a sentence in docs/audit.md and in the messages of the command line. */
export declare const AuditFault: {
    /** The entry's bytes are not those that were hashed. */
    readonly EDITED: "EDITED";
    /** The entry does not follow the one before it. */
    readonly CHAIN_BROKEN: "CHAIN_BROKEN";
    /** Numbers are missing. */
    readonly REMOVED: "REMOVED";
    /** An entry stands where none can be: below 1, or behind the head. */
    readonly INSERTED: "INSERTED";
    /** The newest entries are gone: the head knows more. */
    readonly TAIL_REMOVED: "TAIL_REMOVED";
    /** There is no head, or it names another hash. */
    readonly HEAD_DIFFERS: "HEAD_DIFFERS";
    /** No entry of this log: not canonical, of another version or of another tenant. */
    readonly FOREIGN: "FOREIGN";
    /** The readable copy beside the entry says something else. */
    readonly COPY_DIFFERS: "COPY_DIFFERS";
    /** A closed segment in the repository has another entry here. */
    readonly SEGMENT_DIFFERS: "SEGMENT_DIFFERS";
    /** A closed segment in the repository has entries that the log lacks. */
    readonly SEGMENT_AHEAD: "SEGMENT_AHEAD";
    /** A segment that was closed is not in the repository, or not as it was. */
    readonly SEGMENT_MISSING: "SEGMENT_MISSING";
    /** The repository has a closed segment that the database does not know. */
    readonly SEGMENT_UNKNOWN: "SEGMENT_UNKNOWN";
    /** A segment in the repository does not hold together. */
    readonly SEGMENT_DAMAGED: "SEGMENT_DAMAGED";
};
export type AuditFault = (typeof AuditFault)[keyof typeof AuditFault];
export interface AuditProblem {
    /** Null where no single entry is meant. */
    readonly sequence: number | null;
    readonly what: AuditFault;
}
export declare function nextHash(previous: Uint8Array, entry: Uint8Array): Buffer;
/** True for the canonical bytes of an entry of this version, and of this tenant where one is given. */
export declare function isEntry(entry: Uint8Array, tenantId?: string): boolean;
export interface ChainedEntry {
    readonly sequence: number;
    readonly entry: Uint8Array;
    readonly hash: Uint8Array;
    /** Where it is stored beside the entry. */
    readonly previous?: Uint8Array;
}
/** Follows a chain entry by entry and goes on after each problem, so that one change is one finding and not one for every entry after it. */
export declare class ChainWalk {
    #private;
    readonly problems: AuditProblem[];
    constructor(start: {
        readonly sequence: number;
        readonly hash: Uint8Array;
    }, tenantId?: string);
    /** The last entry that was taken. */
    get head(): {
        readonly sequence: number;
        readonly hash: Buffer;
    };
    /** Entries in the order of their numbers. */
    take({ sequence, entry, hash, previous }: ChainedEntry): void;
}
