import type { EndedRun } from './ended-runs.ts';
import type { RebuildContext } from './rebuild-context.ts';
/** Answers how many runs the repository knows. `ended`: what the audit log says of runs. */
export declare function restoreRuns(context: RebuildContext, ended: ReadonlyMap<string, EndedRun>): Promise<{
    readonly runs: number;
    readonly inserted: number;
}>;
