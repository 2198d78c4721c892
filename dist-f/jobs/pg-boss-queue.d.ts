import { type Catalog } from '../catalog/index.ts';
import type { Log } from '../kernel/log.ts';
import { type JobQueue } from './job-queue.ts';
export declare const QUEUE_SCHEMA = "neonpro_backup_queue";
export interface JobQueueOptions {
    readonly log: Log;
    /** Whether this process also keeps the queue's house: expiry and deletion. One that only puts jobs in need not. */
    readonly isWorker: boolean;
}
/** Opens the queue, made or brought to this version where needed, one process at a time. Throws DATABASE_UNAVAILABLE. */
export declare function openJobQueue(catalog: Catalog, { log, isWorker }: JobQueueOptions): Promise<JobQueue>;
