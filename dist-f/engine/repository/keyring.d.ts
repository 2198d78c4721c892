import type { ObjectStore } from '../../storage/index.ts';
import { type Kek, type MasterLookup, type ObjectScope, type Signer } from '../crypto/index.ts';
export declare const NO_TENANT: Uint8Array;
export interface Recipient {
    readonly id: string;
    readonly label: string;
    readonly kind: 'raw' | 'passphrase';
    readonly addedAt: string;
    readonly scrypt?: {
        readonly n: number;
        readonly r: number;
        readonly p: number;
        readonly salt: string;
    };
    readonly salt: string;
    readonly commitment: string;
    readonly wrapped: string;
}
export interface Bundle {
    readonly root: string;
    readonly chunker: string;
    readonly masters: ReadonlyArray<{
        readonly tenant: string;
        readonly epoch: number;
        readonly key: string;
        readonly createdAt: string;
    }>;
    readonly idKeys: ReadonlyArray<{
        readonly version: number;
        readonly key: string;
    }>;
    readonly writers: ReadonlyArray<{
        readonly id: string;
        readonly publicKey: string;
    }>;
}
interface KeyringBody {
    readonly kind: 'keyring';
    readonly repositoryId: string;
    readonly generation: number;
    readonly previous: string | null;
    readonly createdAt: string;
    readonly recipients: readonly Recipient[];
    readonly salt: string;
    readonly bundle: string;
}
interface KeyringParts {
    readonly name: string;
    readonly bundle: Bundle;
    readonly openedBy: string;
    readonly keyringKey: Buffer;
}
/** An opened keyring: everything that reading and writing need. */
export declare class OpenKeys {
    #private;
    readonly repositoryId: Buffer;
    readonly generation: number;
    readonly name: string;
    readonly recipients: readonly Recipient[];
    /** The recipient that opened it. */
    readonly openedBy: string;
    readonly bundle: Bundle;
    readonly maintenance: Signer;
    readonly keyringKey: Buffer;
    readonly masterOf: MasterLookup;
    constructor(body: KeyringBody, parts: KeyringParts);
    get chunkerSecret(): Buffer;
    /** Wraps the key of a control plane, so that every recipient of the repository can rebuild it. */
    get controlPlaneKek(): Kek;
    /** Under which the paths of the application's files are hashed: it stays the same for the repository's life. */
    get userNameKey(): Buffer;
    /** The id key for new blobs. */
    get idKey(): {
        readonly version: number;
        readonly key: Buffer;
    };
    /** What new objects are sealed under. */
    scope(tenant?: Uint8Array): ObjectScope;
    writer(writerId: Uint8Array): Signer;
    readonly signerOf: (id: Buffer) => Signer;
}
/** Wraps the keyring key for one more holder. */
export declare function wrapFor(kek: Kek, keyringKey: Uint8Array, options: {
    repositoryId: string;
    label: string;
    now: string;
    id?: string;
}): Recipient;
/** What `wrapFor` wrapped; undefined when this key is not the recipient's. Throws DAMAGED. */
export declare function unwrap(kek: Kek, recipient: Recipient, repositoryId: string): Buffer | undefined;
/** A first bundle: all random. */
export declare function newBundle(now: string): Bundle;
/** The bundle with one more epoch for every tenant. */
export declare function withNewEpoch(bundle: Bundle, now: string): Bundle;
export interface KeyringDraft {
    readonly repositoryId: string;
    readonly generation: number;
    readonly previous: string | null;
    readonly now: string;
    readonly recipients: readonly Recipient[];
    readonly keyringKey: Uint8Array;
    readonly bundle: Bundle;
}
/** Encodes, signs and stores a generation in two copies. Returns its name. */
export declare function publishKeyring(store: ObjectStore, draft: KeyringDraft): Promise<string>;
/**
 * Opens the newest keyring with the first of `keks` that fits. Throws KEY_WRONG when none does, DAMAGED when no copy is whole,
 * ROLLBACK_SUSPECTED when a generation above the newest has been seen.
 */
export declare function openKeyring(store: ObjectStore, keks: readonly Kek[], options: {
    repositoryId: string;
    seenGeneration?: number;
    signal?: AbortSignal;
}): Promise<OpenKeys>;
/** The recipient whose wrap the key opens, if there is one. */
export declare function recipientOpenedBy(keys: OpenKeys, kek: Kek): Recipient | undefined;
/** What changes a keyring. */
export interface KeyringChange {
    readonly add?: {
        readonly kek: Kek;
        readonly label: string;
    };
    /** Id of the recipient that goes. */
    readonly remove?: string;
    readonly newEpoch?: boolean;
}
/** Publishes the next generation. Removing a recipient draws a new keyring key and a new epoch, so every kept recipient must be given in `keks`. Throws USAGE, KEY_WEAK, and REPOSITORY_LOCKED when somebody else changed it
 * at the same time: then nobody can say which of the changes is in force before it is looked at. What either drew to seal with stays known. */
export declare function changeKeyring(store: ObjectStore, keys: OpenKeys, change: KeyringChange & {
    keks: readonly Kek[];
    now: string;
}): Promise<string>;
export {};
