/** A row of `configs`, and as it is shown. */
import type { Selectable } from 'kysely';
import type { Database, DatabaseTransaction, Tables } from '../../catalog/index.ts';
import type { ConfigView } from '../../contracts/system/index.ts';
export type ConfigRow = Selectable<Tables['configs']>;
/** `lock` holds it to the end of the transaction. Throws CONFIG_NOT_FOUND, also for a removed one. */
export declare function readConfig(db: Database | DatabaseTransaction, { tenantId }: {
    readonly tenantId: string;
}, { id, lock }: {
    readonly id: string;
    readonly lock?: boolean;
}): Promise<ConfigRow>;
export declare function configView(row: ConfigRow, facts: {
    readonly nextDueAt: Date | null;
    readonly schedulerAlive: boolean;
}): ConfigView;
/** The two configurations of one name, by whatever way they met. */
export declare function nameTaken(error: unknown, name: string): unknown;
