import type { SchedulerStatus } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export interface WorkerRoles {
    /** Makes runs of due times. */
    readonly scheduler: boolean;
    /** Carries runs out. */
    readonly worker: boolean;
}
/** Makes this process known, and forgets those that ended long ago. */
export declare function registerWorker(parts: SystemParts, roles: WorkerRoles): Promise<void>;
export declare function heartbeatWorker(parts: SystemParts): Promise<void>;
/** What it still holds may be taken over at once. */
export declare function stopWorker(parts: SystemParts): Promise<void>;
/** Whether a live process makes runs of due times. */
export declare function schedulerAlive(parts: SystemParts): Promise<boolean>;
export declare function isScheduler({ role }: {
    readonly role: string;
}): boolean;
/** The embedded database has one process: whoever else has a row there is gone. */
export declare function liveWorkers(parts: SystemParts): Promise<SchedulerStatus['workers']>;
