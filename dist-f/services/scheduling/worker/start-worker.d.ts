import type { SystemParts } from '../../parts.ts';
import type { RunHooks } from '../run-hooks.ts';
import { type WorkerRoles } from '../workers.ts';
import { type CarryOutRun } from './carry-out-job.ts';
/** Something done now and then. A failure is logged and costs one turn. */
export interface PeriodicWork {
    readonly name: string;
    readonly everyMs: number;
    readonly run: (options: {
        readonly signal: AbortSignal;
    }) => Promise<unknown>;
}
export interface WorkerOptions extends RunHooks {
    readonly roles: WorkerRoles;
    readonly carryOutRun: CarryOutRun;
    readonly carryOutRecovery: (parts: SystemParts, requestId: string, options: {
        readonly signal: AbortSignal;
    }) => Promise<unknown>;
    readonly periodic?: readonly PeriodicWork[];
    /** For tests: silence after which a worker counts as dead, and the time between two heartbeats of a run. */
    readonly staleMs?: number;
    readonly heartbeatMs?: number;
}
export interface Worker {
    /** Takes nothing more, has running work checkpoint and waits for it up to `graceMs`; then this process is known to have stopped. */
    stop(options: {
        readonly graceMs: number;
    }): Promise<void>;
}
/** Registers this process, resumes what an earlier one left, and begins. Throws DATABASE_UNAVAILABLE. */
export declare function startWorker(parts: SystemParts, options: WorkerOptions): Promise<Worker>;
