/**
 * Every call of the system: what it takes, what it gives, what the audit log says of it. The library, the local socket and the command line go through this
 * table, so that they mean the same. Inputs are one JSON object each.
 */
import { z } from 'zod';
import type { Page } from './result.ts';
import type { AlertView, AuditVerdict, BackupMetrics, ConfigView, HealthReport, HoldView, RealTimeMetrics, RebuildSummary, RecoveryPointView, RecoveryRequestView, RetentionSimulation, RunView, SchedulerStatus, StoredFile, SystemStatus } from './views.ts';
/** `action` names the entry in the audit log; a call without one only reads. `about` names the resource from the input. */
interface CallSpec<Input extends z.ZodType> {
    readonly input: Input;
    readonly action?: string;
    readonly about?: (input: z.output<Input>) => string;
}
export declare const CALLS: {
    readonly 'config.create': CallSpec<z.ZodObject<{
        config: z.ZodCustom<{
            name: string;
            filters?: {
                includePatterns?: string[] | undefined;
                excludePatterns?: string[] | undefined;
                sizeLimit?: number | undefined;
                modifiedSince?: string | undefined;
            } | undefined;
            type?: "INCREMENTAL" | "FULL" | "DIFFERENTIAL" | "DATABASE" | "FILES" | undefined;
            retention?: number | {
                last?: number | undefined;
                withinDays?: number | undefined;
                hourly?: number | undefined;
                daily?: number | undefined;
                weekly?: number | undefined;
                monthly?: number | undefined;
                yearly?: number | "forever" | undefined;
                custom?: {
                    pattern: string;
                    keep: number | "forever";
                }[] | undefined;
            } | undefined;
            performance?: {
                maxConcurrentBackups?: number | undefined;
                compressionLevel?: number | undefined;
                chunkSize?: number | undefined;
                timeout?: number | undefined;
                retryAttempts?: number | undefined;
                retryDelay?: number | undefined;
            } | undefined;
            alertConfig?: {
                failureRate?: number | undefined;
                maxBackupTime?: number | undefined;
                minFreeSpace?: number | undefined;
            } | undefined;
            healthcheckUrl?: string | undefined;
            enabled?: boolean | undefined;
            priority?: "NORMAL" | "LOW" | "HIGH" | "CRITICAL" | undefined;
            tags?: string[] | undefined;
            includePatterns?: string[] | undefined;
            excludePatterns?: string[] | undefined;
            sizeLimit?: number | undefined;
            modifiedSince?: string | undefined;
            frequency?: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | undefined;
            time?: string | undefined;
            dayOfWeek?: number | "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | undefined;
            dayOfMonth?: number | undefined;
            cron?: string | undefined;
            every?: string | undefined;
            timezone?: string | undefined;
            kind?: "DATABASE" | "FILES" | undefined;
            paths?: string[] | undefined;
            databaseUrl?: string | undefined;
        }, {
            name: string;
            filters?: {
                includePatterns?: string[] | undefined;
                excludePatterns?: string[] | undefined;
                sizeLimit?: number | undefined;
                modifiedSince?: string | undefined;
            } | undefined;
            type?: "INCREMENTAL" | "FULL" | "DIFFERENTIAL" | "DATABASE" | "FILES" | undefined;
            retention?: number | {
                last?: number | undefined;
                withinDays?: number | undefined;
                hourly?: number | undefined;
                daily?: number | undefined;
                weekly?: number | undefined;
                monthly?: number | undefined;
                yearly?: number | "forever" | undefined;
                custom?: {
                    pattern: string;
                    keep: number | "forever";
                }[] | undefined;
            } | undefined;
            performance?: {
                maxConcurrentBackups?: number | undefined;
                compressionLevel?: number | undefined;
                chunkSize?: number | undefined;
                timeout?: number | undefined;
                retryAttempts?: number | undefined;
                retryDelay?: number | undefined;
            } | undefined;
            alertConfig?: {
                failureRate?: number | undefined;
                maxBackupTime?: number | undefined;
                minFreeSpace?: number | undefined;
            } | undefined;
            healthcheckUrl?: string | undefined;
            enabled?: boolean | undefined;
            priority?: "NORMAL" | "LOW" | "HIGH" | "CRITICAL" | undefined;
            tags?: string[] | undefined;
            includePatterns?: string[] | undefined;
            excludePatterns?: string[] | undefined;
            sizeLimit?: number | undefined;
            modifiedSince?: string | undefined;
            frequency?: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | undefined;
            time?: string | undefined;
            dayOfWeek?: number | "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | undefined;
            dayOfMonth?: number | undefined;
            cron?: string | undefined;
            every?: string | undefined;
            timezone?: string | undefined;
            kind?: "DATABASE" | "FILES" | undefined;
            paths?: string[] | undefined;
            databaseUrl?: string | undefined;
        }>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'config.update': CallSpec<z.ZodObject<{
        id: z.ZodString;
        patch: z.ZodCustom<{
            filters?: {
                includePatterns?: string[] | undefined;
                excludePatterns?: string[] | undefined;
                sizeLimit?: number | undefined;
                modifiedSince?: string | undefined;
            } | null | undefined;
            type?: "INCREMENTAL" | "FULL" | "DIFFERENTIAL" | "DATABASE" | "FILES" | null | undefined;
            retention?: number | {
                last?: number | undefined;
                withinDays?: number | undefined;
                hourly?: number | undefined;
                daily?: number | undefined;
                weekly?: number | undefined;
                monthly?: number | undefined;
                yearly?: number | "forever" | undefined;
                custom?: {
                    pattern: string;
                    keep: number | "forever";
                }[] | undefined;
            } | null | undefined;
            performance?: {
                maxConcurrentBackups?: number | undefined;
                compressionLevel?: number | undefined;
                chunkSize?: number | undefined;
                timeout?: number | undefined;
                retryAttempts?: number | undefined;
                retryDelay?: number | undefined;
            } | null | undefined;
            alertConfig?: {
                failureRate?: number | undefined;
                maxBackupTime?: number | undefined;
                minFreeSpace?: number | undefined;
            } | null | undefined;
            healthcheckUrl?: string | null | undefined;
            enabled?: boolean | null | undefined;
            priority?: "NORMAL" | "LOW" | "HIGH" | "CRITICAL" | null | undefined;
            tags?: string[] | null | undefined;
            includePatterns?: string[] | null | undefined;
            excludePatterns?: string[] | null | undefined;
            sizeLimit?: number | null | undefined;
            modifiedSince?: string | null | undefined;
            frequency?: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | null | undefined;
            time?: string | null | undefined;
            dayOfWeek?: number | "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | null | undefined;
            dayOfMonth?: number | null | undefined;
            cron?: string | null | undefined;
            every?: string | null | undefined;
            timezone?: string | null | undefined;
            name?: string | null | undefined;
            kind?: "DATABASE" | "FILES" | null | undefined;
            paths?: string[] | null | undefined;
            databaseUrl?: string | null | undefined;
        }, {
            filters?: {
                includePatterns?: string[] | undefined;
                excludePatterns?: string[] | undefined;
                sizeLimit?: number | undefined;
                modifiedSince?: string | undefined;
            } | null | undefined;
            type?: "INCREMENTAL" | "FULL" | "DIFFERENTIAL" | "DATABASE" | "FILES" | null | undefined;
            retention?: number | {
                last?: number | undefined;
                withinDays?: number | undefined;
                hourly?: number | undefined;
                daily?: number | undefined;
                weekly?: number | undefined;
                monthly?: number | undefined;
                yearly?: number | "forever" | undefined;
                custom?: {
                    pattern: string;
                    keep: number | "forever";
                }[] | undefined;
            } | null | undefined;
            performance?: {
                maxConcurrentBackups?: number | undefined;
                compressionLevel?: number | undefined;
                chunkSize?: number | undefined;
                timeout?: number | undefined;
                retryAttempts?: number | undefined;
                retryDelay?: number | undefined;
            } | null | undefined;
            alertConfig?: {
                failureRate?: number | undefined;
                maxBackupTime?: number | undefined;
                minFreeSpace?: number | undefined;
            } | null | undefined;
            healthcheckUrl?: string | null | undefined;
            enabled?: boolean | null | undefined;
            priority?: "NORMAL" | "LOW" | "HIGH" | "CRITICAL" | null | undefined;
            tags?: string[] | null | undefined;
            includePatterns?: string[] | null | undefined;
            excludePatterns?: string[] | null | undefined;
            sizeLimit?: number | null | undefined;
            modifiedSince?: string | null | undefined;
            frequency?: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | null | undefined;
            time?: string | null | undefined;
            dayOfWeek?: number | "SUN" | "MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | null | undefined;
            dayOfMonth?: number | null | undefined;
            cron?: string | null | undefined;
            every?: string | null | undefined;
            timezone?: string | null | undefined;
            name?: string | null | undefined;
            kind?: "DATABASE" | "FILES" | null | undefined;
            paths?: string[] | null | undefined;
            databaseUrl?: string | null | undefined;
        }>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'config.delete': CallSpec<z.ZodObject<{
        id: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'config.get': CallSpec<z.ZodObject<{
        id: z.ZodString;
    }, z.core.$strict>>;
    readonly 'config.list': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'backup.execute': CallSpec<z.ZodObject<{
        configId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'backup.cancel': CallSpec<z.ZodObject<{
        runId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'backup.get': CallSpec<z.ZodObject<{
        runId: z.ZodString;
    }, z.core.$strict>>;
    readonly 'backup.wait': CallSpec<z.ZodObject<{
        runId: z.ZodString;
    }, z.core.$strict>>;
    readonly 'backup.list': CallSpec<z.ZodObject<{
        filters: z.ZodOptional<z.ZodObject<{
            configId: z.ZodOptional<z.ZodString>;
            status: z.ZodOptional<z.ZodString>;
            type: z.ZodOptional<z.ZodString>;
            from: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodDate]>>;
            to: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodDate]>>;
        }, z.core.$strict>>;
        pagination: z.ZodOptional<z.ZodObject<{
            page: z.ZodOptional<z.ZodNumber>;
            limit: z.ZodOptional<z.ZodNumber>;
        }, z.core.$strict>>;
    }, z.core.$strict>>;
    readonly 'retention.simulate': CallSpec<z.ZodObject<{
        configId: z.ZodOptional<z.ZodString>;
        policy: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodObject<{
            last: z.ZodOptional<z.ZodNumber>;
            withinDays: z.ZodOptional<z.ZodNumber>;
            hourly: z.ZodOptional<z.ZodNumber>;
            daily: z.ZodOptional<z.ZodNumber>;
            weekly: z.ZodOptional<z.ZodNumber>;
            monthly: z.ZodOptional<z.ZodNumber>;
            yearly: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<"forever">]>>;
            custom: z.ZodOptional<z.ZodArray<z.ZodObject<{
                pattern: z.ZodString;
                keep: z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<"forever">]>;
            }, z.core.$strict>>>;
        }, z.core.$strict>]>>;
    }, z.core.$strict>>;
    readonly 'retention.apply': CallSpec<z.ZodObject<{
        configId: z.ZodOptional<z.ZodString>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'scheduler.status': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'system.status': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'monitor.realTime': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'monitor.metrics': CallSpec<z.ZodObject<{
        period: z.ZodUnion<readonly [z.ZodString, z.ZodObject<{
            from: z.ZodString;
            to: z.ZodString;
        }, z.core.$strict>]>;
    }, z.core.$strict>>;
    readonly 'monitor.alerts': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'monitor.createAlert': CallSpec<z.ZodObject<{
        type: z.ZodEnum<{
            readonly BACKUP_FAILED: "BACKUP_FAILED";
            readonly BACKUP_PARTIAL: "BACKUP_PARTIAL";
            readonly BACKUP_LATE: "BACKUP_LATE";
            readonly BACKUP_MISSED: "BACKUP_MISSED";
            readonly BACKUP_OVERRUN: "BACKUP_OVERRUN";
            readonly FAILURE_RATE: "FAILURE_RATE";
            readonly STORAGE_LOW: "STORAGE_LOW";
            readonly RECORD_NOT_STORED: "RECORD_NOT_STORED";
            readonly CHANNEL_FAILING: "CHANNEL_FAILING";
            readonly RETENTION_FAILED: "RETENTION_FAILED";
            readonly VERIFY_FAILED: "VERIFY_FAILED";
            readonly CUSTOM: "CUSTOM";
        }>;
        severity: z.ZodEnum<{
            readonly LOW: "LOW";
            readonly MEDIUM: "MEDIUM";
            readonly HIGH: "HIGH";
            readonly CRITICAL: "CRITICAL";
        }>;
        message: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'monitor.acknowledge': CallSpec<z.ZodObject<{
        alertId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'monitor.health': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'recover.create': CallSpec<z.ZodObject<{
        backupId: z.ZodString;
        type: z.ZodEnum<{
            readonly FULL_RESTORE: "FULL_RESTORE";
            readonly PARTIAL_RESTORE: "PARTIAL_RESTORE";
            readonly POINT_IN_TIME: "POINT_IN_TIME";
        }>;
        options: z.ZodObject<{
            targetPath: z.ZodString;
            overwrite: z.ZodOptional<z.ZodUnion<readonly [z.ZodBoolean, z.ZodEnum<{
                never: "never";
                always: "always";
                "if-changed": "if-changed";
                "if-newer": "if-newer";
            }>]>>;
            priority: z.ZodOptional<z.ZodEnum<{
                NORMAL: "NORMAL";
                LOW: "LOW";
                HIGH: "HIGH";
                CRITICAL: "CRITICAL";
            }>>;
            paths: z.ZodOptional<z.ZodArray<z.ZodString>>;
            at: z.ZodOptional<z.ZodString>;
            verify: z.ZodOptional<z.ZodBoolean>;
            deleteExtra: z.ZodOptional<z.ZodBoolean>;
        }, z.core.$strict>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.status': CallSpec<z.ZodObject<{
        requestId: z.ZodString;
    }, z.core.$strict>>;
    readonly 'recover.cancel': CallSpec<z.ZodObject<{
        requestId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.points': CallSpec<z.ZodObject<{
        configId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.pin': CallSpec<z.ZodObject<{
        pointId: z.ZodString;
        reason: z.ZodOptional<z.ZodString>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.unpin': CallSpec<z.ZodObject<{
        pointId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.addHold': CallSpec<z.ZodObject<{
        pointId: z.ZodOptional<z.ZodString>;
        source: z.ZodOptional<z.ZodString>;
        until: z.ZodOptional<z.ZodString>;
        reason: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'recover.liftHold': CallSpec<z.ZodObject<{
        holdId: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'storage.delete': CallSpec<z.ZodObject<{
        path: z.ZodString;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'storage.list': CallSpec<z.ZodObject<{
        prefix: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    readonly 'storage.exists': CallSpec<z.ZodObject<{
        path: z.ZodString;
    }, z.core.$strict>>;
    readonly 'audit.verify': CallSpec<z.ZodObject<{}, z.core.$strict>>;
    readonly 'audit.export': CallSpec<z.ZodObject<{
        from: z.ZodOptional<z.ZodString>;
        to: z.ZodOptional<z.ZodString>;
        userId: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    /** Writes its own entry, at the end of the log that it brings back: one for a failed attempt would begin another log. */
    readonly 'system.rebuild': CallSpec<z.ZodObject<{
        userId: z.ZodOptional<z.ZodString>;
        force: z.ZodOptional<z.ZodBoolean>;
    }, z.core.$strict>>;
};
export type CallName = keyof typeof CALLS;
export type CallInput<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;
/** The input as its call takes it. Throws CONFIG_INVALID naming the member, what is wrong with it and the accepted form. */
export declare function parseCall<Name extends CallName>(name: Name, input: unknown): CallInput<Name>;
/** What each call gives as `data`. */
export interface CallData {
    'config.create': ConfigView;
    'config.update': ConfigView;
    'config.delete': {
        readonly deleted: true;
    };
    'config.get': ConfigView;
    'config.list': readonly ConfigView[];
    'backup.execute': string;
    'backup.cancel': RunView;
    'backup.get': RunView;
    'backup.wait': RunView;
    'backup.list': Page<RunView>;
    'retention.simulate': RetentionSimulation;
    'retention.apply': RetentionSimulation;
    'scheduler.status': SchedulerStatus;
    'system.status': SystemStatus;
    'monitor.realTime': RealTimeMetrics;
    'monitor.metrics': BackupMetrics;
    'monitor.alerts': readonly AlertView[];
    'monitor.createAlert': AlertView;
    'monitor.acknowledge': AlertView;
    'monitor.health': HealthReport;
    'recover.create': RecoveryRequestView;
    'recover.status': RecoveryRequestView;
    'recover.cancel': RecoveryRequestView;
    'recover.points': readonly RecoveryPointView[];
    'recover.pin': RecoveryPointView;
    'recover.unpin': RecoveryPointView;
    'recover.addHold': HoldView;
    'recover.liftHold': {
        readonly lifted: true;
    };
    'storage.delete': {
        readonly deleted: boolean;
    };
    'storage.list': readonly StoredFile[];
    'storage.exists': boolean;
    'audit.verify': AuditVerdict;
    /** JSON lines. */
    'audit.export': string;
    'system.rebuild': RebuildSummary;
}
export {};
