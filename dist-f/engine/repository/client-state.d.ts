/** The newest of everything that a client has seen in a repository. */
export interface Heads {
    readonly keyGeneration: number;
    readonly deleteGeneration: number;
    /** Highest sequence of each writer. */
    readonly writers: Readonly<Record<string, number>>;
    /** Newest generation of each record, by `kind/subject`. */
    readonly records?: Readonly<Record<string, number>>;
}
/** Where heads are kept between runs, so that a store can't show the past. */
export interface HeadMemory {
    heads(): Heads | undefined;
    /** Never lowers one. */
    remember(heads: Heads): void;
}
export interface WriterClaim extends Disposable {
    /** 16 bytes. */
    readonly id: Buffer;
}
export declare class ClientState implements HeadMemory {
    #private;
    /** `directory` is the machine's state folder; one folder a repository is made in it. */
    constructor(directory: string, repositoryId: Uint8Array);
    /** The heads seen so far; undefined on a machine that has not met this repository. */
    heads(): Heads | undefined;
    /** Remembers heads; never lowers one. Failing to is no reason to fail a backup. */
    remember(heads: Heads): void;
    /** Claims a writer identity until it is disposed of. Where the state folder can't be written, a fresh one. */
    claimWriter(): WriterClaim;
}
