import type { RunState } from '../../contracts/system/index.ts';
import type { RuleContext } from './alarm-rule.ts';
export interface NewestRun {
    readonly configId: string;
    readonly configName: string;
    readonly runId: string;
    readonly state: string;
    readonly error: unknown;
    readonly skipped: number;
}
/** The newest run of each configuration among those in `states`; a configuration that has none is left out. */
export declare function newestRuns({ db, parts, configId }: RuleContext, states: readonly RunState[]): Promise<NewestRun[]>;
/** How many runs of a configuration failed since the last one that stored something. */
export declare function failuresInARow({ db }: RuleContext, configId: string): Promise<number>;
