import { type RebuildContext } from './rebuild-context.ts';
export interface RestoredConfigs {
    readonly live: number;
    readonly removed: number;
    /** Inserted or changed. */
    readonly changed: number;
}
/** Throws DATABASE_NOT_EMPTY for configurations that the repository does not know, CONFIG_EXISTS where one of those has the name of a recorded one. */
export declare function restoreConfigs(context: RebuildContext): Promise<RestoredConfigs>;
