/** Copies what a repository says of itself into the catalog: restore points, pins and holds. Repeating it changes nothing. */
import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { Holdings, PointFacts } from './engine-protocol.ts';
export interface HoldingsPlace {
    readonly tenantId: string;
    /** Of the row in `repositories`. */
    readonly repositoryRowId: string;
}
/** The id of a restore point: made from the snapshot's name, so that a rebuilt catalog gives the same. */
export declare function pointIdOf(snapshot: string): string;
/**
 * Points that are there already are left alone: what the repository forgot never comes back, and proof that was gained stays. Those of `gone` are marked as removed;
 * protections that are no longer in force as lifted.
 */
export declare function saveHoldings(tx: DatabaseTransaction, place: HoldingsPlace, holdings: Pick<Holdings, 'points' | 'protections' | 'gone'>): Promise<void>;
/** One point; one that is there already is left alone. */
export declare function savePoint(tx: DatabaseTransaction, place: HoldingsPlace, point: PointFacts): Promise<void>;
