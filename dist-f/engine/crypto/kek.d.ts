export type Kek = {
    readonly kind: 'raw';
    readonly key: Buffer;
} | {
    readonly kind: 'passphrase';
    readonly text: string;
    readonly warning?: 'TYPED_KEY';
    /** Set on a passphrase that is tried first by those who guess, to where it came from. It opens what it has locked, but locks nothing new. */
    readonly guessable?: string;
};
export interface ScryptParameters {
    readonly n: number;
    readonly r: number;
    readonly p: number;
    readonly salt: Buffer;
}
/** 32 MiB and about 0.2 s: the least that stays out of reach of guessing a good passphrase. */
export declare const SCRYPT_COST: {
    readonly n: 32768;
    readonly r: 8;
    readonly p: 3;
};
/** Parses one key value. `source` names where it came from ("BACKUP_ENCRYPTION_KEY"). Throws KEY_PLACEHOLDER, KEY_WEAK, KEY_REFUSED, KEY_MISSING, KEY_FILE_UNREADABLE. */
export declare function parseKek(value: string, source: string, depth?: number): Kek;
/** A key that is to lock something from now on must not be guessable. Throws KEY_WEAK. */
export declare function requireStrength(kek: Kek): void;
/** The 32 bytes that wrap. A passphrase costs its scrypt time. */
export declare function kekBytes(kek: Kek, scrypt: ScryptParameters | undefined): Buffer;
/** Eight hexadecimal digits to compare two places by; says nothing about the key. A passphrase's is made from its text without scrypt stretching only over the repository id, so it is shown to nobody but its holder. */
export declare function kekFingerprint(kek: Kek, repositoryId: Uint8Array): string;
