/** What `initializeBackupSystem` takes, and `HOME/config.json` holds: the same object. Validated once. */
import { z } from 'zod';
export declare const loggerSchema: z.ZodObject<{
    level: z.ZodOptional<z.ZodEnum<{
        info: "info";
        error: "error";
        trace: "trace";
        debug: "debug";
        warn: "warn";
        fatal: "fatal";
        silent: "silent";
    }>>;
    format: z.ZodOptional<z.ZodEnum<{
        json: "json";
        pretty: "pretty";
    }>>;
    transports: z.ZodOptional<z.ZodArray<z.ZodDiscriminatedUnion<[z.ZodObject<{
        type: z.ZodLiteral<"file">;
        filename: z.ZodOptional<z.ZodString>;
        level: z.ZodOptional<z.ZodEnum<{
            info: "info";
            error: "error";
            trace: "trace";
            debug: "debug";
            warn: "warn";
            fatal: "fatal";
            silent: "silent";
        }>>;
    }, z.core.$strict>, z.ZodObject<{
        type: z.ZodLiteral<"console">;
        colorize: z.ZodOptional<z.ZodBoolean>;
        level: z.ZodOptional<z.ZodEnum<{
            info: "info";
            error: "error";
            trace: "trace";
            debug: "debug";
            warn: "warn";
            fatal: "fatal";
            silent: "silent";
        }>>;
    }, z.core.$strict>], "type">>>;
}, z.core.$strict>;
export declare const systemConfigSchema: z.ZodObject<{
    provider: z.ZodOptional<z.ZodEnum<{
        readonly LOCAL: "LOCAL";
        readonly S3: "S3";
        readonly GCS: "GCS";
        readonly AZURE: "AZURE";
    }>>;
    local: z.ZodOptional<z.ZodObject<{
        basePath: z.ZodString;
        fileMode: z.ZodOptional<z.ZodString>;
        directoryMode: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    s3: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
    gcs: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
    azure: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
    home: z.ZodOptional<z.ZodString>;
    databaseUrl: z.ZodOptional<z.ZodString>;
    scheduler: z.ZodOptional<z.ZodBoolean>;
    performance: z.ZodOptional<z.ZodObject<{
        maxConcurrentBackups: z.ZodOptional<z.ZodNumber>;
        compressionLevel: z.ZodOptional<z.ZodNumber>;
        chunkSize: z.ZodOptional<z.ZodNumber>;
        timeout: z.ZodOptional<z.ZodNumber>;
        retryAttempts: z.ZodOptional<z.ZodNumber>;
        retryDelay: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
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
    filters: z.ZodOptional<z.ZodObject<{
        includePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        excludePatterns: z.ZodOptional<z.ZodArray<z.ZodString>>;
        sizeLimit: z.ZodOptional<z.ZodNumber>;
        modifiedSince: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    alertConfig: z.ZodOptional<z.ZodObject<{
        failureRate: z.ZodOptional<z.ZodNumber>;
        maxBackupTime: z.ZodOptional<z.ZodNumber>;
        minFreeSpace: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    logger: z.ZodOptional<z.ZodObject<{
        level: z.ZodOptional<z.ZodEnum<{
            info: "info";
            error: "error";
            trace: "trace";
            debug: "debug";
            warn: "warn";
            fatal: "fatal";
            silent: "silent";
        }>>;
        format: z.ZodOptional<z.ZodEnum<{
            json: "json";
            pretty: "pretty";
        }>>;
        transports: z.ZodOptional<z.ZodArray<z.ZodDiscriminatedUnion<[z.ZodObject<{
            type: z.ZodLiteral<"file">;
            filename: z.ZodOptional<z.ZodString>;
            level: z.ZodOptional<z.ZodEnum<{
                info: "info";
                error: "error";
                trace: "trace";
                debug: "debug";
                warn: "warn";
                fatal: "fatal";
                silent: "silent";
            }>>;
        }, z.core.$strict>, z.ZodObject<{
            type: z.ZodLiteral<"console">;
            colorize: z.ZodOptional<z.ZodBoolean>;
            level: z.ZodOptional<z.ZodEnum<{
                info: "info";
                error: "error";
                trace: "trace";
                debug: "debug";
                warn: "warn";
                fatal: "fatal";
                silent: "silent";
            }>>;
        }, z.core.$strict>], "type">>>;
    }, z.core.$strict>>;
}, z.core.$strict>;
export type SystemConfigInput = z.input<typeof systemConfigSchema>;
export type SystemConfig = z.output<typeof systemConfigSchema>;
export type LoggerConfig = z.output<typeof loggerSchema>;
/** `createRecoveryRequest`'s options. */
export declare const recoveryOptionsSchema: z.ZodObject<{
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
export type RecoveryOptions = z.input<typeof recoveryOptionsSchema>;
export declare const listBackupsFilterSchema: z.ZodObject<{
    configId: z.ZodOptional<z.ZodString>;
    status: z.ZodOptional<z.ZodString>;
    type: z.ZodOptional<z.ZodString>;
    from: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodDate]>>;
    to: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodDate]>>;
}, z.core.$strict>;
export declare const paginationSchema: z.ZodObject<{
    page: z.ZodOptional<z.ZodNumber>;
    limit: z.ZodOptional<z.ZodNumber>;
}, z.core.$strict>;
