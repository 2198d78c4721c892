/** What a child process does for each kind of job, on an open repository. */
import { type Repository } from '../../engine/index.ts';
import type { EngineJob, EngineResults } from './engine-protocol.ts';
import type { WorkContext } from './work-context.ts';
type Work = {
    readonly [Kind in EngineJob['kind']]: (repository: Repository, job: Extract<EngineJob, {
        kind: Kind;
    }>, context: WorkContext) => Promise<EngineResults[Kind]>;
};
export declare const ENGINE_WORK: Work;
export {};
