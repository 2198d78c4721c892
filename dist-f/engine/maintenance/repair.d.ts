import { type Repository } from '../repository/index.ts';
import { type RepairedDocuments } from './repair-documents.ts';
export interface RepairOptions {
    /** Also gives up snapshots and records that can't be read: a signed record says which, and they are gone. Default false: they stay, and are named. */
    readonly forgetDamaged?: boolean;
    /** Who decided it, for people. Default `repair`. */
    readonly by?: string;
    readonly signal?: AbortSignal;
}
export interface RepairResult extends RepairedDocuments {
    /** Packs that no good index segment named and that were read to be indexed again. */
    readonly packsIndexed: number;
    readonly segmentsWritten: number;
    readonly segmentsRemoved: readonly string[];
    /** Packs that can't be read to their end: what could be saved of them is indexed. */
    readonly packsDamaged: readonly string[];
    readonly copiesRestored: readonly string[];
}
/**
 * Rebuilds what index segments no longer say, by reading packs, and restores missing or damaged copies of configuration and keyring. Damaged
 * segments are removed only after their replacement is durable.
 */
export declare function repairRepository(repository: Repository, options?: RepairOptions): Promise<RepairResult>;
