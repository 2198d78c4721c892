import type { EntryAccess } from '../../sources/index.ts';
import { ContentBuilder, type FileContent } from '../snapshot/index.ts';
import { type SharedStretch, type Turn } from './shared-file.ts';
/** Puts turns, which arrive in any order, back into file order. */
export declare class TurnSorter {
    #private;
    constructor(builder: ContentBuilder);
    take(turn: Turn): void;
}
export interface BigFile {
    readonly descriptor: number;
    readonly bytes: number;
    readonly isSparse: boolean;
}
export interface BigFileParts {
    readonly access: EntryAccess;
    readonly storeBlob: (blob: Uint8Array) => Uint8Array;
    /** Cuts one stretch with every lane there is; calls `take` for each turn. */
    readonly runStretch: (stretch: SharedStretch, take: (turn: Turn) => void) => Promise<void>;
}
/** Stores a big file. The result's `bytes` is what it really held. Throws a SystemCallError when it can't be read: what was stored of it is not referred to. */
export declare function storeBigFile(file: BigFile, parts: BigFileParts): Promise<{
    content: FileContent;
    bytes: number;
}>;
