/** The system as an application sees it. Every method is one call; none throws for what a caller can cause. */
import type { AuditVerdict, BackupOptionsInput, ConfigView, RebuildSummary, Result, RunView, SystemStatus, Widened } from '../../contracts/system/index.ts';
import type { Caller, Transport } from '../transport.ts';
import { BackupManager } from './backup-manager.ts';
import { MonitoringService } from './monitoring-service.ts';
import { RecoveryService } from './recovery-service.ts';
import { SchedulerService } from './scheduler-service.ts';
import { StorageManager } from './storage-manager.ts';
/** What a started system is made of: the way to it, and how it ends. */
export interface Started {
    readonly transport: Transport;
    readonly stop: () => Promise<void>;
}
export declare class BackupSystem {
    #private;
    readonly manager: BackupManager;
    readonly storage: StorageManager;
    readonly scheduler: SchedulerService;
    readonly monitor: MonitoringService;
    readonly recover: RecoveryService;
    constructor(caller: Caller, started?: Started);
    /** A backup of files and folders on a schedule. The answer holds the id, `nextRunAt` and whether a live scheduler would start it (`schedulerAlive`). */
    setupFileBackup(name: string, paths: readonly string[], options?: Widened<BackupOptionsInput>, userId?: string): Promise<Result<ConfigView>>;
    /** A backup of a database. The URL is sealed at once and shown without its password. SOURCE_NOT_AVAILABLE, with nothing saved, until its source is here. */
    setupDatabaseBackup(name: string, databaseUrl: string, options?: Widened<BackupOptionsInput>, userId?: string): Promise<Result<ConfigView>>;
    /** Answers with the run's id once run and job are committed. */
    runBackupNow(configId: string, userId?: string): Promise<Result<string>>;
    /** The finished run. With an aborted `signal`: ABORTED, and the run goes on. */
    waitForRun(runId: string, options?: {
        readonly signal?: AbortSignal;
    }): Promise<Result<RunView>>;
    getStatus(): Promise<Result<SystemStatus>>;
    /** Walks the audit chain, in the database and against the segments in the repository. */
    verifyAudit(): Promise<Result<AuditVerdict>>;
    /** The audit log as JSON lines, verifiable offline. */
    exportAudit(range?: {
        readonly from?: string;
        readonly to?: string;
    }, userId?: string): Promise<Result<string>>;
    /** Makes configurations, points, runs, pins, holds and audit anew from the repository alone. `force` keeps other configurations beside them. */
    rebuild(options?: {
        readonly force?: boolean;
    }, userId?: string): Promise<Result<RebuildSummary>>;
    /** Running backups write a checkpoint and stop; the process may end. Then `initializeBackupSystem` may start again. */
    shutdown(): Promise<void>;
    /** For `initializeBackupSystem`. */
    attach(started: Started): void;
}
