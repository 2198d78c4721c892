/** Pins and holds: signed records that every `forget` and `prune` honours. */
import type { SnapshotEntry } from './chains.ts';
import type { RecordEntry } from './record-list.ts';
interface Protected {
    /** In force. */
    readonly records: readonly RecordEntry[];
    readonly snapshots: readonly SnapshotEntry[];
}
export interface Hold {
    readonly id: string;
    readonly snapshot: string | null;
    readonly source: string | null;
    readonly reason: string;
    readonly until: string | null;
}
export declare function holdsOf(history: Pick<Protected, 'records'>): Hold[];
/** Why snapshots are kept whatever a policy says: by name. A hold ends only at its date or by being lifted. */
export declare function protections(history: Protected, atMs: number): Map<string, string>;
/** True while the hold is in force on a snapshot. */
export declare function isHeldBy(hold: Hold, snapshot: {
    readonly name: string;
    readonly source: string;
}, atMs: number): boolean;
export {};
