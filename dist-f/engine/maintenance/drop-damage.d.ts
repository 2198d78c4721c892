import { type Repository } from '../repository/index.ts';
export interface DroppedDamage {
    /** Packs that are no longer relied on. */
    readonly packs: readonly string[];
    readonly blobsLost: number;
    readonly blobsSaved: number;
}
/** Reads every pack. Throws what reading history throws; a rollback that is suspected is the caller's to handle first. */
export declare function dropDamage(repository: Repository, writer: Buffer, signal?: AbortSignal): Promise<DroppedDamage>;
