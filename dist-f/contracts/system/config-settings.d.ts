/**
 * What a backup configuration may say, validated once. The description's flat and nested spellings of the filters mean the same;
 * `parseConfigSettings` gives the one canonical form. An unknown key or a bad unit is named with its path and the accepted form.
 */
import { z } from 'zod';
import { BackupFrequency, BackupType, Priority, SourceKind } from './vocabulary.ts';
export declare const performanceSchema: z.ZodObject<{
    maxConcurrentBackups: z.ZodOptional<z.ZodNumber>;
    compressionLevel: z.ZodOptional<z.ZodNumber>;
    chunkSize: z.ZodOptional<z.ZodNumber>;
    timeout: z.ZodOptional<z.ZodNumber>;
    retryAttempts: z.ZodOptional<z.ZodNumber>;
    retryDelay: z.ZodOptional<z.ZodNumber>;
}, z.core.$strict>;
/** A bare number means: every point of the last so many days. */
export declare const retentionSchema: z.ZodUnion<readonly [z.ZodNumber, z.ZodObject<{
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
}, z.core.$strict>]>;
export declare const filtersSchema: z.ZodObject<{
    includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    sizeLimit: z.ZodOptional<z.ZodNumber>;
    modifiedSince: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
export declare const alertConfigSchema: z.ZodObject<{
    failureRate: z.ZodOptional<z.ZodNumber>;
    maxBackupTime: z.ZodOptional<z.ZodNumber>;
    minFreeSpace: z.ZodOptional<z.ZodNumber>;
}, z.core.$strict>;
/** When it runs. Exactly one of `frequency`, `cron`, `every`; none means only by hand. */
export declare const scheduleFields: {
    frequency: z.ZodOptional<z.ZodEnum<{
        readonly HOURLY: "HOURLY";
        readonly DAILY: "DAILY";
        readonly WEEKLY: "WEEKLY";
        readonly MONTHLY: "MONTHLY";
    }>>;
    time: z.ZodOptional<z.ZodString>;
    /** 0 = Sunday, or "MON". */
    dayOfWeek: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodEnum<{
        SUN: "SUN";
        MON: "MON";
        TUE: "TUE";
        WED: "WED";
        THU: "THU";
        FRI: "FRI";
        SAT: "SAT";
    }>]>>;
    /** 31 = the last. */
    dayOfMonth: z.ZodOptional<z.ZodNumber>;
    cron: z.ZodOptional<z.ZodString>;
    /** "15m", "6h", "2d": counted from the configuration's creation, in UTC. */
    every: z.ZodOptional<z.ZodString>;
    /** IANA name. */
    timezone: z.ZodOptional<z.ZodString>;
};
/** Options of `setupFileBackup` and `setupDatabaseBackup`. */
export declare const backupOptionsSchema: z.ZodObject<{
    filters: z.ZodOptional<z.ZodObject<{
        includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        sizeLimit: z.ZodOptional<z.ZodNumber>;
        modifiedSince: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    type: z.ZodOptional<z.ZodEnum<{
        readonly FULL: "FULL";
        readonly INCREMENTAL: "INCREMENTAL";
        readonly DIFFERENTIAL: "DIFFERENTIAL";
        readonly DATABASE: "DATABASE";
        readonly FILES: "FILES";
    }>>;
    retention: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodObject<{
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
    performance: z.ZodOptional<z.ZodObject<{
        maxConcurrentBackups: z.ZodOptional<z.ZodNumber>;
        compressionLevel: z.ZodOptional<z.ZodNumber>;
        chunkSize: z.ZodOptional<z.ZodNumber>;
        timeout: z.ZodOptional<z.ZodNumber>;
        retryAttempts: z.ZodOptional<z.ZodNumber>;
        retryDelay: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    alertConfig: z.ZodOptional<z.ZodObject<{
        failureRate: z.ZodOptional<z.ZodNumber>;
        maxBackupTime: z.ZodOptional<z.ZodNumber>;
        minFreeSpace: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    healthcheckUrl: z.ZodOptional<z.ZodURL>;
    enabled: z.ZodOptional<z.ZodBoolean>;
    priority: z.ZodOptional<z.ZodEnum<{
        readonly LOW: "LOW";
        readonly NORMAL: "NORMAL";
        readonly HIGH: "HIGH";
        readonly CRITICAL: "CRITICAL";
    }>>;
    tags: z.ZodOptional<z.ZodArray<z.ZodString>>;
    includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    sizeLimit: z.ZodOptional<z.ZodNumber>;
    modifiedSince: z.ZodOptional<z.ZodString>;
    frequency: z.ZodOptional<z.ZodEnum<{
        readonly HOURLY: "HOURLY";
        readonly DAILY: "DAILY";
        readonly WEEKLY: "WEEKLY";
        readonly MONTHLY: "MONTHLY";
    }>>;
    time: z.ZodOptional<z.ZodString>;
    dayOfWeek: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodEnum<{
        SUN: "SUN";
        MON: "MON";
        TUE: "TUE";
        WED: "WED";
        THU: "THU";
        FRI: "FRI";
        SAT: "SAT";
    }>]>>;
    dayOfMonth: z.ZodOptional<z.ZodNumber>;
    cron: z.ZodOptional<z.ZodString>;
    every: z.ZodOptional<z.ZodString>;
    timezone: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
export type BackupOptionsInput = z.input<typeof backupOptionsSchema>;
/** What `createConfig` and `updateConfig` take. */
export declare const configInputSchema: z.ZodObject<{
    filters: z.ZodOptional<z.ZodObject<{
        includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        sizeLimit: z.ZodOptional<z.ZodNumber>;
        modifiedSince: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    type: z.ZodOptional<z.ZodEnum<{
        readonly FULL: "FULL";
        readonly INCREMENTAL: "INCREMENTAL";
        readonly DIFFERENTIAL: "DIFFERENTIAL";
        readonly DATABASE: "DATABASE";
        readonly FILES: "FILES";
    }>>;
    retention: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodObject<{
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
    performance: z.ZodOptional<z.ZodObject<{
        maxConcurrentBackups: z.ZodOptional<z.ZodNumber>;
        compressionLevel: z.ZodOptional<z.ZodNumber>;
        chunkSize: z.ZodOptional<z.ZodNumber>;
        timeout: z.ZodOptional<z.ZodNumber>;
        retryAttempts: z.ZodOptional<z.ZodNumber>;
        retryDelay: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    alertConfig: z.ZodOptional<z.ZodObject<{
        failureRate: z.ZodOptional<z.ZodNumber>;
        maxBackupTime: z.ZodOptional<z.ZodNumber>;
        minFreeSpace: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    healthcheckUrl: z.ZodOptional<z.ZodURL>;
    enabled: z.ZodOptional<z.ZodBoolean>;
    priority: z.ZodOptional<z.ZodEnum<{
        readonly LOW: "LOW";
        readonly NORMAL: "NORMAL";
        readonly HIGH: "HIGH";
        readonly CRITICAL: "CRITICAL";
    }>>;
    tags: z.ZodOptional<z.ZodArray<z.ZodString>>;
    includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
    sizeLimit: z.ZodOptional<z.ZodNumber>;
    modifiedSince: z.ZodOptional<z.ZodString>;
    frequency: z.ZodOptional<z.ZodEnum<{
        readonly HOURLY: "HOURLY";
        readonly DAILY: "DAILY";
        readonly WEEKLY: "WEEKLY";
        readonly MONTHLY: "MONTHLY";
    }>>;
    time: z.ZodOptional<z.ZodString>;
    dayOfWeek: z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodEnum<{
        SUN: "SUN";
        MON: "MON";
        TUE: "TUE";
        WED: "WED";
        THU: "THU";
        FRI: "FRI";
        SAT: "SAT";
    }>]>>;
    dayOfMonth: z.ZodOptional<z.ZodNumber>;
    cron: z.ZodOptional<z.ZodString>;
    every: z.ZodOptional<z.ZodString>;
    timezone: z.ZodOptional<z.ZodString>;
    name: z.ZodString;
    kind: z.ZodOptional<z.ZodEnum<{
        readonly FILES: "FILES";
        readonly DATABASE: "DATABASE";
    }>>;
    paths: z.ZodOptional<z.ZodArray<z.ZodString>>;
    databaseUrl: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
export type ConfigInput = z.input<typeof configInputSchema>;
/** What `updateConfig` takes: only what changes. `null` takes an option away, so that its default counts again. */
export declare const configPatchSchema: z.ZodObject<{
    filters: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodObject<{
        includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        sizeLimit: z.ZodOptional<z.ZodNumber>;
        modifiedSince: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>>>;
    type: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodEnum<{
        readonly FULL: "FULL";
        readonly INCREMENTAL: "INCREMENTAL";
        readonly DIFFERENTIAL: "DIFFERENTIAL";
        readonly DATABASE: "DATABASE";
        readonly FILES: "FILES";
    }>>>>;
    retention: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodObject<{
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
    }, z.core.$strict>]>>>>;
    performance: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodObject<{
        maxConcurrentBackups: z.ZodOptional<z.ZodNumber>;
        compressionLevel: z.ZodOptional<z.ZodNumber>;
        chunkSize: z.ZodOptional<z.ZodNumber>;
        timeout: z.ZodOptional<z.ZodNumber>;
        retryAttempts: z.ZodOptional<z.ZodNumber>;
        retryDelay: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>>>;
    alertConfig: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodObject<{
        failureRate: z.ZodOptional<z.ZodNumber>;
        maxBackupTime: z.ZodOptional<z.ZodNumber>;
        minFreeSpace: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>>>;
    healthcheckUrl: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodURL>>>;
    enabled: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodBoolean>>>;
    priority: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodEnum<{
        readonly LOW: "LOW";
        readonly NORMAL: "NORMAL";
        readonly HIGH: "HIGH";
        readonly CRITICAL: "CRITICAL";
    }>>>>;
    tags: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodArray<z.ZodString>>>>;
    includePatterns: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodArray<z.ZodString>>>>;
    excludePatterns: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodArray<z.ZodString>>>>;
    sizeLimit: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodNumber>>>;
    modifiedSince: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
    frequency: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodEnum<{
        readonly HOURLY: "HOURLY";
        readonly DAILY: "DAILY";
        readonly WEEKLY: "WEEKLY";
        readonly MONTHLY: "MONTHLY";
    }>>>>;
    time: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
    dayOfWeek: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, z.ZodEnum<{
        SUN: "SUN";
        MON: "MON";
        TUE: "TUE";
        WED: "WED";
        THU: "THU";
        FRI: "FRI";
        SAT: "SAT";
    }>]>>>>;
    dayOfMonth: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodNumber>>>;
    cron: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
    every: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
    timezone: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
    name: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    kind: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodEnum<{
        readonly FILES: "FILES";
        readonly DATABASE: "DATABASE";
    }>>>>;
    paths: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodArray<z.ZodString>>>>;
    databaseUrl: z.ZodOptional<z.ZodNullable<z.ZodOptional<z.ZodString>>>;
}, z.core.$strict>;
export type ConfigPatch = z.input<typeof configPatchSchema>;
/** The canonical form: what is stored, recorded in the repository and shown. Filters are nested, `databaseUrl` is gone (sealed elsewhere), the zone is always named. */
export interface ConfigSettings {
    readonly kind: SourceKind;
    readonly paths: readonly string[];
    /** For people: without the password. Only for databases. */
    readonly databaseLabel?: string;
    readonly type: BackupType;
    readonly schedule: ScheduleSettings;
    readonly timezone: string;
    readonly filters: z.output<typeof filtersSchema>;
    /** Absent: keep all. */
    readonly retention?: z.output<typeof retentionSchema>;
    readonly performance: z.output<typeof performanceSchema>;
    readonly alertConfig: z.output<typeof alertConfigSchema>;
    readonly healthcheckUrl?: string;
    readonly priority: Priority;
    readonly tags: readonly string[];
}
export type ScheduleSettings = {
    readonly kind: 'MANUAL';
} | {
    readonly kind: 'CRON';
    readonly cron: string;
} | {
    readonly kind: 'EVERY';
    readonly every: string;
} | {
    readonly kind: 'FREQUENCY';
    readonly frequency: BackupFrequency;
    readonly time: string;
    readonly dayOfWeek?: number;
    readonly dayOfMonth?: number;
};
/** What a run goes by: the configuration's own settings, and the system's where it says nothing. Members of performance, filters and alertConfig one by one; a retention as a whole. */
export declare function effectiveSettings(settings: ConfigSettings, defaults: SystemDefaults): ConfigSettings;
/** Of `initializeBackupSystem` or config.json: what counts for every configuration that does not say otherwise. */
export interface SystemDefaults {
    readonly performance?: ConfigSettings['performance'] | undefined;
    readonly retention?: ConfigSettings['retention'] | undefined;
    readonly filters?: ConfigSettings['filters'] | undefined;
    readonly alertConfig?: ConfigSettings['alertConfig'] | undefined;
}
