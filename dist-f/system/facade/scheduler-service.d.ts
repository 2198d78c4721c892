import type { Result, SchedulerStatus } from '../../contracts/system/index.ts';
import type { FacadeCall } from './facade-call.ts';
/** What is due when, and who would start it. */
export declare class SchedulerService {
    #private;
    constructor(call: FacadeCall);
    /** `alive` is false when no live process starts due runs. */
    getStatus(): Promise<Result<SchedulerStatus>>;
}
