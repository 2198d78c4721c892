import type { RebuildContext } from './rebuild-context.ts';
/** Every live, enabled configuration that waits for nothing gets the first due time after its newest run or change. */
export declare function restoreDueTimes(context: RebuildContext): Promise<void>;
