/** What the audit log says of runs that ended: also of those that failed, were missed, or whose snapshot has been let go since. */
import type { RunStats } from '../../contracts/system/index.ts';
export interface EndedRun {
    readonly runId: string;
    readonly endedAt: string;
    readonly configId: string;
    readonly state: string;
    readonly source: string;
    readonly type: string;
    readonly trigger: string;
    readonly dueAt: string | null;
    readonly startedAt: string | null;
    readonly attempts: number;
    readonly stats: RunStats | null;
    readonly snapshot: string | null;
    /** Of the error. */
    readonly code: string | null;
}
/** By run. `entries` are canonical; what is no end of a run, or lacks what one has, is passed over. */
export declare function endedRuns(entries: readonly string[]): Map<string, EndedRun>;
