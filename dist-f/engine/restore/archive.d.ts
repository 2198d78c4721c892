/** Writes a part of a snapshot as a tar or zip stream, for those who want it somewhere else than in a folder. */
import { type Writable } from 'node:stream';
import type { Inspector } from './inspect.ts';
import type { SnapshotEntry } from '../snapshot/index.ts';
export declare const ArchiveFormat: {
    readonly TAR: "tar";
    readonly ZIP: "zip";
};
export type ArchiveFormat = (typeof ArchiveFormat)[keyof typeof ArchiveFormat];
export interface ArchiveResult {
    readonly entries: number;
    readonly bytes: number;
    /** What the format can't hold: names that are no UTF-8 are written readably, sockets are left out. */
    readonly issues: ReadonlyArray<{
        readonly path: string;
        readonly what: string;
    }>;
}
export interface ArchiveOptions {
    readonly snapshot: SnapshotEntry;
    readonly path: string;
    readonly format: ArchiveFormat;
    readonly signal?: AbortSignal;
}
/** Throws NOT_FOUND and DAMAGED; the stream then ends early and is no valid archive. */
export declare function writeArchive(inspector: Inspector, output: Writable, options: ArchiveOptions): Promise<ArchiveResult>;
