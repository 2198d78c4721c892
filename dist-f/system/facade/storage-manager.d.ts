import { Readable } from 'node:stream';
import type { Result, StoredFile } from '../../contracts/system/index.ts';
import type { Caller, StoredUpload, Transport } from '../transport.ts';
import type { FacadeCall } from './facade-call.ts';
export interface UploadOptions {
    readonly signal?: AbortSignal;
    /** Bytes taken so far. */
    readonly onProgress?: (bytes: number) => void;
}
export type StorageContent = string | Uint8Array | Readable;
interface StorageParts {
    readonly call: FacadeCall;
    readonly transport: () => Transport;
    readonly caller: Caller;
}
/** Files of the application, sealed beside the backups: only below `user/`, mutable, in no snapshot. `verify` and `copy` leave them alone and say so. */
export declare class StorageManager {
    #private;
    constructor(parts: StorageParts);
    /** Fails with SOURCE_UNREADABLE when `data` breaks off, ABORTED by `signal`: then what stood there before stays. */
    upload(path: string, data: StorageContent, options?: UploadOptions): Promise<Result<StoredUpload>>;
    /** The content, or with `stream: true` a Readable. */
    download(path: string, options: {
        readonly stream: true;
        readonly signal?: AbortSignal;
    }): Promise<Result<Readable>>;
    download(path: string, options?: {
        readonly stream?: false;
        readonly signal?: AbortSignal;
    }): Promise<Result<Uint8Array>>;
    /** What is absent gives `{ deleted: false }`. */
    delete(path: string, userId?: string): Promise<Result<{
        readonly deleted: boolean;
    }>>;
    list(prefix?: string): Promise<Result<readonly StoredFile[]>>;
    exists(path: string): Promise<Result<boolean>>;
}
export {};
