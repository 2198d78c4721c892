import { type Catalog, type Database, type DatabaseTransaction } from '../../catalog/index.ts';
import { type Kek } from '../../engine/index.ts';
import { ControlKey } from './control-key.ts';
import { type Master, type MasterHolders, type WrappedMaster } from './wrapped-master.ts';
export interface StoredMaster {
    readonly generation: number;
    readonly wrapped: WrappedMaster;
}
export interface OpenedMaster extends StoredMaster {
    readonly master: Master;
    /** False when an older key of the user, or the repository's own, was needed. */
    readonly isForNewestKey: boolean;
}
/**
 * Opens the control plane's key, or makes it in a database that has none. `keks` are the user's, newest first: opened by an older one, it is wrapped
 * for the newest at once, and the older wrap goes. Throws KEY_WRONG, KEY_MISSING, DAMAGED.
 */
export declare function openControlKey(catalog: Catalog, keks: readonly Kek[], tenantId?: string): Promise<ControlKey>;
/** The row in force. Throws DAMAGED. */
export declare function findMaster(db: Database | DatabaseTransaction, tenantId: string): Promise<StoredMaster | undefined>;
/** `others` are tried after the user's own. */
export declare function openMaster(stored: StoredMaster, keks: readonly Kek[], others?: readonly Kek[]): OpenedMaster;
/** Wraps the same master for the given holders, as the next generation. Answers what is in force afterwards. */
export declare function rewrapMaster(catalog: Catalog, opened: OpenedMaster, options: {
    readonly holders: MasterHolders;
    readonly tenantId: string;
}): Promise<StoredMaster>;
/** Puts a generation in force. An older wrap would still open with the key that was to go, so it is removed. */
export declare function putMaster(tx: DatabaseTransaction, next: StoredMaster, options: {
    readonly kek: Kek;
    readonly tenantId: string;
}): Promise<void>;
export declare function newestOf(keks: readonly Kek[]): Kek;
