import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { RunView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** What others want to do when a run begins or ends, in the transaction that says so. */
export interface RunHooks {
    readonly runStarted?: (parts: SystemParts, run: RunView, options: {
        readonly tx: DatabaseTransaction;
    }) => Promise<void>;
    /** For every end that scheduling writes itself: failed, cancelled, lost. The good ends are told by `finishRun`'s `within`. */
    readonly runFinished?: (parts: SystemParts, run: RunView, options: {
        readonly tx: DatabaseTransaction;
    }) => Promise<void>;
}
/** Runs `write` with the hooks; should one of them have a bug, again without: no alarm may keep a run from beginning or ending. What was not told is found in the rows later. */
export declare function withHooks<T>(parts: SystemParts, hooks: RunHooks, write: (hooks: RunHooks) => Promise<T>): Promise<T>;
