import { ControlKey, type Master } from '../control-key/index.ts';
import { type RebuildContext } from './rebuild-context.ts';
export interface RestoredKey {
    readonly key: ControlKey;
    /** Undefined where the repository keeps no control key: the database's own goes on. */
    readonly master: Master | undefined;
}
/** Any key of the repository opens it. What the database had sealed under a key of its own is sealed anew. Throws KEY_WRONG, DAMAGED. */
export declare function restoreControlKey(context: RebuildContext): Promise<RestoredKey>;
