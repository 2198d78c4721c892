import { type KeyObject } from 'node:crypto';
/** HKDF-SHA256 (RFC 5869). `info` is text. */
export declare function hkdf(ikm: Uint8Array | KeyObject, salt: Uint8Array, options: {
    info: string;
    bytes: number;
}): Buffer;
