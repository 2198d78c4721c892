import type { Lane } from './lane.ts';
/** 4 bytes of length and 32 of id. */
export declare const CHUNK_RECORD_BYTES: number;
/** Plain data for any lane: `from`–`to` is one stretch of data (holes lie between stretches). */
export interface SharedStretch {
    readonly control: SharedArrayBuffer;
    readonly descriptor: number;
    readonly from: number;
    /** Exclusive. The end of the last stretch is where the file ended when it was listed. */
    readonly to: number;
}
export interface Turn {
    readonly turn: number;
    /** CHUNK_RECORD_BYTES each. */
    readonly chunks: Uint8Array;
    /** Bytes of file this turn covered. */
    readonly bytes: number;
}
export declare function shareStretch(descriptor: number, from: number, to: number): SharedStretch;
/** Throws a SystemCallError when the file could not be read to the end of the stretch. Ask when no lane takes turns any more. */
export declare function throwIfUnread({ control }: SharedStretch): void;
/** Takes the next turn; undefined when the stretch is finished, or when reading has failed in any lane. Blocks while another lane reads. */
export declare function takeTurn(lane: Lane, stretch: SharedStretch): Turn | undefined;
/** Lets no lane take another turn. */
export declare function endStretch(stretch: SharedStretch): void;
