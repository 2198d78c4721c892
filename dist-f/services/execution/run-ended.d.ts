import type { DatabaseTransaction } from '../../catalog/index.ts';
import { type RunView } from '../../contracts/system/index.ts';
import { type SystemParts } from '../parts.ts';
/** What goes with every end of a run, good or bad, in the transaction that writes it: alarms and pings, and an entry in the audit log, from which a rebuild knows runs that left no snapshot. */
export declare function runEnded(parts: SystemParts, run: RunView, { tx }: {
    readonly tx: DatabaseTransaction;
}): Promise<void>;
