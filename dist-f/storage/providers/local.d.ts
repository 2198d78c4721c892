import type { ByteSource, CallOptions, ObjectStat, ObjectStore, StoreCapabilities, Uptime } from '../object-store.ts';
export interface LocalStoreConfig {
    /** Folder of the objects; made when absent. */
    readonly basePath: string;
    /** Exact, whatever the umask. Default 0600. */
    readonly fileMode?: number;
    /** Exact, whatever the umask. Default 0700. */
    readonly directoryMode?: number;
    /** Owner of new files and folders; only root may set it. */
    readonly uid?: number;
    readonly gid?: number;
}
export declare class LocalStore implements ObjectStore {
    #private;
    readonly kind = "LOCAL";
    readonly location: string;
    readonly capabilities: StoreCapabilities;
    readonly stagingDirectory: string;
    constructor(config: LocalStoreConfig);
    /** Makes the staging folder and sweeps what dead runs left in it. Reading needs no call of this. */
    prepare(): Promise<void>;
    uptime(): Uptime;
    reserve(action: 'keep' | 'use'): Promise<void>;
    put(key: string, body: ByteSource | Uint8Array, options?: CallOptions & {
        readonly ifAbsent?: boolean;
    }): Promise<void>;
    publish(stagedPath: string, key: string, options?: CallOptions): Promise<void>;
    get(key: string, options?: CallOptions & {
        readonly offset?: number;
        readonly length?: number;
    }): Promise<Uint8Array>;
    localPath(key: string): string | undefined;
    head(key: string, options?: CallOptions): Promise<ObjectStat | undefined>;
    list(prefix: string, options?: CallOptions): AsyncIterable<ObjectStat>;
    delete(key: string, options?: CallOptions): Promise<void>;
    capacity(): Promise<{
        bytesFree: number;
        bytesTotal: number;
    } | undefined>;
    nowMs(): Promise<number>;
    [Symbol.asyncDispose](): Promise<void>;
}
