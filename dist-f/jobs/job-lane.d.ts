/** Takes jobs of one kind as long as there is room, and keeps their claims on the queue alive. */
import type { PgBoss } from 'pg-boss';
import type { Log } from '../kernel/log.ts';
import type { JobHandler } from './job-queue.ts';
export interface LaneParts {
    readonly boss: PgBoss;
    readonly log: Log;
    /** The queue's name. */
    readonly name: string;
    readonly handler: JobHandler;
    readonly concurrency: number;
    readonly pollMs: number;
    readonly heartbeatMs: number;
}
export declare class JobLane {
    #private;
    constructor(parts: LaneParts);
    start(): void;
    /** Look now: something was put in. */
    wake(): void;
    /** Takes no more, aborts what runs and waits for it up to `graceMs`. */
    stop({ graceMs }: {
        readonly graceMs: number;
    }): Promise<void>;
}
