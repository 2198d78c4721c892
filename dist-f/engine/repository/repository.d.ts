import { BackupError } from '../../kernel/backup-error.ts';
import type { ObjectStore } from '../../storage/index.ts';
import { type Kek, type ObjectType, type Signer } from '../crypto/index.ts';
import type { HeadMemory } from './client-state.ts';
import { type RepositoryConfig } from './config.ts';
import { type OpenKeys } from './keyring.ts';
import { type PreviousOf } from './signatures.ts';
export interface RepositoryOptions {
    readonly signal?: AbortSignal;
    /** What this client remembers of the repository with that id: every reading of its history is held against it, and adds to it. Default: nothing. */
    readonly memory?: (repositoryId: Buffer) => HeadMemory;
}
/** A small object that was found under its name but can't be believed. */
export interface ObjectProblem {
    readonly key: string;
    readonly error: BackupError;
    /** Store milliseconds, where it was listed. */
    readonly modifiedMs?: number;
}
/** True for an object of ours whose bytes have changed; false for one that never was this repository's. */
export declare function isRotten({ error }: ObjectProblem): boolean;
export interface StoredDocument {
    readonly name: string;
    readonly key: string;
    readonly body: Record<string, unknown>;
    readonly signer: string;
    /** Store milliseconds. */
    readonly modifiedMs: number;
}
export declare class Repository implements AsyncDisposable {
    #private;
    readonly store: ObjectStore;
    readonly config: RepositoryConfig;
    readonly keys: OpenKeys;
    /** Keys of configuration copies that are damaged although one is whole. */
    readonly damagedConfigs: readonly string[];
    readonly memory: HeadMemory | undefined;
    private constructor();
    /** Makes a repository where there is none. Throws REPOSITORY_EXISTS, KEY_WEAK, and TARGET_REFUSED where other files are. */
    static create(store: ObjectStore, kek: Kek, label: string): Promise<Repository>;
    /** Throws REPOSITORY_NOT_FOUND, KEY_WRONG, FORMAT_TOO_NEW, FEATURE_UNSUPPORTED, ROLLBACK_SUSPECTED, DAMAGED. */
    static open(store: ObjectStore, keks: readonly Kek[], options?: RepositoryOptions): Promise<Repository>;
    /** Seals, signs and stores a document. Returns its name. `nameFor` gives the key; default `folder/name`. */
    writeDocument(document: object, options: {
        type: ObjectType;
        folder: string;
        signer: Signer;
        signal?: AbortSignal;
        prefix?: string;
    }): Promise<string>;
    sealDocument(document: object, options: {
        type: ObjectType;
        signer: Signer;
    }): {
        bytes: Buffer;
        name: string;
    };
    /** Seals and stores an unsigned payload (index segments). Returns its name. */
    writePayload(payload: Uint8Array, options: {
        type: ObjectType;
        folder: string;
        signal?: AbortSignal;
    }): Promise<string>;
    /** Reads a whole small object by key: its name, then its seal. Re-read once before it is called DAMAGED. */
    readPayload(key: string, type: ObjectType, signal?: AbortSignal): Promise<Buffer>;
    /** Reads one signed document whose key is not its name (a claim). Throws NOT_FOUND, DAMAGED. The caller checks that it belongs to its key. */
    readDocument(key: string, type: ObjectType, signal?: AbortSignal): Promise<{
        body: Record<string, unknown>;
        signer: string;
    }>;
    /**
     * Reads every signed document of a folder, in the order of its listing. What can't be believed is returned apart, never dropped in silence. `previousOf`: for
     * documents that are chains of their signers (signatures.ts).
     */
    readDocuments(folder: string, type: ObjectType, options?: {
        readonly signal?: AbortSignal;
        readonly previousOf?: PreviousOf;
    }): Promise<{
        documents: StoredDocument[];
        problems: ObjectProblem[];
    }>;
    [Symbol.asyncDispose](): Promise<void>;
}
