import { BackupError } from '../../kernel/backup-error.ts';
/** Reads authenticated bytes from front to back. Every overrun and every overlong number is DAMAGED; nothing is allocated from a length before it is checked. */
export declare class ByteReader {
    #private;
    constructor(bytes: Uint8Array, what: string, at?: number);
    get offset(): number;
    get left(): number;
    u8(): number;
    u32(): number;
    varint(): number;
    /** A varint that counts things of at least `bytesEach` bytes that follow in this object: never larger than what is left. */
    count(bytesEach?: number): number;
    bytes(length: number): Uint8Array;
    end(): void;
    damaged(how: string): BackupError;
}
