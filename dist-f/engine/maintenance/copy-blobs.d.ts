import { type CrossingError } from '../../kernel/crossing-error.ts';
import type { FinishedPack } from '../pack/index.ts';
import { type Repository } from '../repository/index.ts';
import type { IndexClass } from '../snapshot/index.ts';
import type { MarkedIndex } from './mark.ts';
import type { PackTask } from './pack-verifier.ts';
export interface CopyWork {
    readonly from: Repository;
    /** Where the copies go: the same repository when packs are rewritten. */
    readonly to: Repository;
    readonly indexClass: IndexClass;
    readonly marked: MarkedIndex;
    /** Pack numbers. */
    readonly packs: readonly number[];
    readonly onBytes?: (bytes: number) => void;
    readonly signal?: AbortSignal;
}
export type ToCopier = {
    readonly task: PackTask;
} | {
    readonly end: 'finish' | 'discard';
};
export type FromCopier = {
    readonly copied: number;
} | {
    readonly pack: FinishedPack;
} | {
    readonly ended: true;
} | {
    readonly failed: CrossingError;
};
/** Copies the needed blobs of `packs`. When it returns, the copies are durable and indexed. Returns the bytes stored. Throws DAMAGED, NOT_FOUND. */
export declare function copyBlobs(work: CopyWork): Promise<number>;
