import { type CrossingError } from '../../kernel/crossing-error.ts';
import type { BlobReader } from '../repository/index.ts';
/** Plain data, column by column; piece i is one blob at one place of one file. */
export interface Pieces {
    readonly descriptors: Int32Array;
    readonly positions: Float64Array;
    readonly bytes: Float64Array;
    /** 32 bytes a piece. */
    readonly ids: Uint8Array;
    /** Read every piece back and compare it. */
    readonly isVerified: boolean;
}
export interface PieceFailure {
    readonly piece: number;
    readonly error: CrossingError;
    /** When the system refused: EIO, ENOSPC. */
    readonly systemCode: string | undefined;
}
export declare class ContentWriter {
    #private;
    constructor(data: BlobReader);
    /** Writes what it can; what it can't is told piece by piece: DAMAGED, NOT_FOUND, RESTORE_MISMATCH, or what the system says. */
    write(pieces: Pieces): Promise<PieceFailure[]>;
}
