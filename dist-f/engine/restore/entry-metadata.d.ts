import type { SystemCalls } from '../../kernel/system-calls.ts';
import { type DirectoryPage } from '../snapshot/index.ts';
export interface MetadataOptions {
    readonly calls: SystemCalls;
    /** Only root may give files away. */
    readonly isRoot: boolean;
    readonly onIssue: (path: string, what: string) => void;
}
export interface RestoredEntry {
    readonly page: DirectoryPage;
    readonly entry: number;
    readonly path: string;
}
/** An open file or directory, or an entry that can only be named. */
export type EntryPlace = {
    readonly descriptor: number;
} | {
    readonly directory: number;
    readonly name: string;
};
/** Never throws for what a file system does not support: that is reported through `onIssue`. */
export declare function applyMetadata(restored: RestoredEntry, place: EntryPlace, options: MetadataOptions): void;
