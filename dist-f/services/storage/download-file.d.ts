import { Readable } from 'node:stream';
import type { SystemParts } from '../parts.ts';
interface DownloadCall {
    readonly signal?: AbortSignal | undefined;
}
/**
 * A file's content. Every piece is authenticated before it is given; with `stream` a damaged file gives what is good and then fails with DAMAGED, else nothing of it is
 * given. Throws FILE_NOT_FOUND, DAMAGED, CONFIG_INVALID for a path that is not taken.
 */
export declare function download(parts: SystemParts, path: string, call: DownloadCall & {
    readonly stream: true;
}): Promise<Readable>;
export declare function download(parts: SystemParts, path: string, call?: DownloadCall & {
    readonly stream?: false;
}): Promise<Uint8Array>;
export {};
