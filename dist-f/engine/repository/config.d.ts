import type { ObjectStore } from '../../storage/index.ts';
import { type Signer, type UnverifiedDocument } from '../crypto/index.ts';
export declare const FORMAT_VERSION = "v1-rc";
export interface RepositoryConfig {
    readonly format: 'neonpro-backup-repository';
    readonly version: string;
    readonly repositoryId: string;
    readonly createdAt: string;
    readonly hash: string;
    readonly aead: string;
    readonly kdf: string;
    readonly codecs: readonly string[];
    readonly chunker: string;
    readonly features: {
        readonly read: readonly string[];
        readonly write: readonly string[];
        readonly delete: readonly string[];
    };
}
export declare function newConfig(repositoryId: string, now: string): RepositoryConfig;
export declare function writeConfig(store: ObjectStore, config: RepositoryConfig, signer: Signer): Promise<void>;
export interface StoredConfig {
    readonly config: RepositoryConfig;
    readonly document: UnverifiedDocument;
    /** Keys of copies that don't hash to their name. */
    readonly damaged: readonly string[];
}
/** Reads the first whole copy. Throws REPOSITORY_NOT_FOUND, FORMAT_TOO_NEW (before any signature), FEATURE_UNSUPPORTED, DAMAGED. */
export declare function readConfig(store: ObjectStore, signal?: AbortSignal): Promise<StoredConfig>;
/** Throws FEATURE_UNSUPPORTED when the repository asks for something this program does not know for that kind of work. */
export declare function requireFeatures(config: RepositoryConfig, work: 'read' | 'write' | 'delete'): void;
export declare function verifyConfig(stored: StoredConfig, maintenance: Signer): void;
