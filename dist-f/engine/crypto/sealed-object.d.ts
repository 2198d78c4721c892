export declare const ObjectType: {
    readonly PACK_DATA: 1;
    readonly PACK_META: 2;
    readonly INDEX_DATA: 3;
    readonly INDEX_META: 4;
    readonly SNAPSHOT: 5;
    readonly CHECKPOINT: 6;
    readonly RECORD: 7;
    readonly SESSION: 8;
    readonly DELETE: 9;
    readonly CONFIRM: 10;
    readonly STREAM: 11;
    readonly PARITY: 12;
    readonly CLAIM: 13;
    readonly USER_NAME: 14;
    readonly USER_CONTENT: 15;
};
export type ObjectType = (typeof ObjectType)[keyof typeof ObjectType];
export declare const FrameKind: {
    readonly SEGMENT: 0;
    readonly PAYLOAD: 1;
    readonly PACK_END: 2;
};
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];
export declare const HEADER_BYTES = 128;
export declare const FRAME_HEADER_BYTES = 16;
export declare const TAG_BYTES = 16;
/** What new objects are sealed under. Plain data: it travels to workers by structured clone. */
export interface ObjectScope {
    /** 16 bytes. */
    readonly repositoryId: Uint8Array;
    /** 16 bytes, zero for everything without a tenant. */
    readonly tenant: Uint8Array;
    readonly epoch: number;
    /** 32 bytes. */
    readonly master: Uint8Array;
    readonly lockClass?: number;
}
/** Finds the master key of a tenant and epoch. Two keyrings of one generation may have drawn two for the same epoch: then the one that `isRight`, else the first. */
export type MasterLookup = (tenant: Uint8Array, epoch: number, isRight?: (master: Uint8Array) => boolean) => Uint8Array | undefined;
/** A master key as the keyring holds it, and as it travels to other threads: `tenant` and `key` in hexadecimal digits. */
export interface MasterKey {
    readonly tenant: string;
    readonly epoch: number;
    readonly key: string;
}
export declare function masterLookup(masters: readonly MasterKey[]): MasterLookup;
export interface ObjectExpectation {
    readonly type: number | readonly number[];
    readonly repositoryId: Uint8Array;
    readonly masterOf: MasterLookup;
}
export interface OpenedFrame {
    readonly kind: number;
    readonly isFinal: boolean;
    readonly plaintext: Uint8Array;
}
/** Seals one object from its first frame to its final one. Never reopened, never used after the final frame. */
export declare class ObjectSealer {
    #private;
    readonly header: Buffer;
    constructor(type: number, scope: ObjectScope);
    /** Seals the joined parts as the next frame. `emit` must consume each piece before it returns. Returns the frame's bytes with its header. */
    sealFrame(parts: readonly Uint8Array[], options: {
        kind: FrameKind;
        final: boolean;
        emit: (piece: Uint8Array) => void;
    }): number;
}
export interface FrameHeader {
    readonly number: number;
    readonly kind: number;
    readonly isFinal: boolean;
    readonly keySlot: number;
    readonly sealedBytes: number;
}
/** Reads a frame header's fixed fields. Throws DAMAGED on anything the format does not allow. */
export declare function parseFrameHeader(bytes: Uint8Array): FrameHeader;
export interface ObjectHeader {
    readonly type: number;
    readonly epoch: number;
    readonly tenant: Buffer;
    readonly repositoryId: Buffer;
    readonly lockClass: number;
    readonly salt: Buffer;
    readonly commitment: Buffer;
}
/** Reads an object header's fields. Throws DAMAGED, also for another version: a repository of a later format says so in its configuration, and is refused there. */
export declare function parseObjectHeader(bytes: Uint8Array): ObjectHeader;
/** Opens the frames of one object. The constructor checks the header and the key commitment before anything is decrypted. */
export declare class ObjectOpener {
    #private;
    readonly header: ObjectHeader;
    constructor(header: Uint8Array, expect: ObjectExpectation);
    /** Opens a frame (header and sealed bytes) that must have the given number. `into` receives the plaintext where it has room. Throws DAMAGED. */
    openFrame(frame: Uint8Array, options: {
        number: number;
        into?: Uint8Array;
    }): OpenedFrame;
}
/** Seals a whole small object: payload frames of at most 1 MiB, the last one final. */
export declare function sealPayload(type: number, scope: ObjectScope, payload: Uint8Array): Buffer;
/** Opens a whole small object. Throws DAMAGED when a frame is missing, doubled, out of place or follows the final one. */
export declare function openPayload(bytes: Uint8Array, expect: ObjectExpectation): {
    payload: Buffer;
    header: ObjectHeader;
};
