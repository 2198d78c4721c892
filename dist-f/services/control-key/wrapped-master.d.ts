import { type Kek, type Recipient } from '../../engine/index.ts';
export interface Master {
    /** 32 hexadecimal digits; stands in the additional data of every wrap. */
    readonly id: string;
    readonly key: Buffer;
    readonly createdAt: string;
}
export interface WrappedMaster {
    readonly id: string;
    readonly createdAt: string;
    readonly recipients: readonly Recipient[];
}
export interface MasterHolders {
    /** BACKUP_ENCRYPTION_KEY. */
    readonly kek: Kek;
    /** `controlPlaneKek` of the repository's keys, once it is known. */
    readonly repositoryKek?: Kek;
}
export declare function newMaster(now: string): Master;
export declare function wrapMaster(master: Master, holders: MasterHolders, now: string): WrappedMaster;
/** True when every key of the repository opens it. */
export declare function isHeldByRepository(wrapped: WrappedMaster): boolean;
/** Tries the keys in their order. Throws KEY_WRONG when none fits, DAMAGED when one fits and the wrap does not authenticate. */
export declare function unwrapMaster(wrapped: WrappedMaster, keks: readonly Kek[]): {
    readonly master: Master;
    readonly openedBy: Kek;
};
export declare function encodeWrapped(wrapped: WrappedMaster): Buffer;
/** From the database's bytes. Throws DAMAGED. */
export declare function decodeWrapped(bytes: Uint8Array): WrappedMaster;
/** From a record's value or the database. Throws DAMAGED. */
export declare function parseWrapped(value: unknown): WrappedMaster;
