/**
 * Every option and variable with its accepted form, default and meaning: what a refusal says, what `config show` marks and what docs/configuration.md
 * prints. A test holds it against the schemas. `[]` in a path stands for any position of a list.
 */
import type { LocalizedText } from '../error-catalog.ts';
export interface OptionReference {
    /** The accepted form, as the end of a sentence that begins with "Accepted:". */
    readonly accepted: LocalizedText;
    /** `—` where there is none. */
    readonly default: string;
    /** One English sentence for the documentation. */
    readonly meaning: string;
}
/** Of `setupFileBackup`, `setupDatabaseBackup`, `createConfig` and `updateConfig`. */
export declare const CONFIG_OPTIONS: Readonly<Record<"includePatterns" | "excludePatterns" | "sizeLimit" | "modifiedSince" | "performance" | "performance.maxConcurrentBackups" | "performance.compressionLevel" | "performance.chunkSize" | "performance.timeout" | "performance.retryAttempts" | "performance.retryDelay" | "retention" | "retention.yearly" | "retention.custom" | "retention.custom[]" | "retention.custom[].pattern" | "retention.custom[].keep" | "filters" | "filters.includePatterns" | "filters.excludePatterns" | "filters.sizeLimit" | "filters.modifiedSince" | "filters.includePatterns[]" | "filters.excludePatterns[]" | "alertConfig" | "alertConfig.failureRate" | "alertConfig.maxBackupTime" | "alertConfig.minFreeSpace" | "retention.last" | "retention.withinDays" | "retention.hourly" | "retention.daily" | "retention.weekly" | "retention.monthly" | "name" | "kind" | "paths" | "paths[]" | "databaseUrl" | "frequency" | "time" | "dayOfWeek" | "dayOfMonth" | "cron" | "every" | "timezone" | "includePatterns[]" | "excludePatterns[]" | "type" | "healthcheckUrl" | "enabled" | "priority" | "tags" | "tags[]", OptionReference>>;
/** Of `initializeBackupSystem` and HOME/config.json. */
export declare const SYSTEM_OPTIONS: Readonly<Record<"performance" | "performance.maxConcurrentBackups" | "performance.compressionLevel" | "performance.chunkSize" | "performance.timeout" | "performance.retryAttempts" | "performance.retryDelay" | "retention" | "retention.yearly" | "retention.custom" | "retention.custom[]" | "retention.custom[].pattern" | "retention.custom[].keep" | "filters" | "filters.includePatterns" | "filters.excludePatterns" | "filters.sizeLimit" | "filters.modifiedSince" | "filters.includePatterns[]" | "filters.excludePatterns[]" | "alertConfig" | "alertConfig.failureRate" | "alertConfig.maxBackupTime" | "alertConfig.minFreeSpace" | "retention.last" | "retention.withinDays" | "retention.hourly" | "retention.daily" | "retention.weekly" | "retention.monthly" | "databaseUrl" | "provider" | "local" | "local.basePath" | "local.fileMode" | "local.directoryMode" | "s3" | "gcs" | "azure" | "home" | "scheduler" | "logger" | "logger.level" | "logger.format" | "logger.transports" | "logger.transports[]" | "logger.transports[].type" | "logger.transports[].filename" | "logger.transports[].colorize" | "logger.transports[].level", OptionReference>>;
export interface VariableReference {
    readonly meaning: string;
    readonly default: string;
    /** `all`: never shown. `url`: shown without password and query. `host`: whoever has the path may call it, so only the host is shown. */
    readonly secret?: 'all' | 'url' | 'host';
    /** Where only some forms are taken. */
    readonly accepted?: LocalizedText;
}
/** Every environment variable that is read, from the process or from `.env`. */
export declare const VARIABLES: {
    readonly BACKUP_ENCRYPTION_KEY: {
        readonly meaning: "The key that opens the repository: `base64:` or `hex:` with 32 bytes, `passphrase:` with 16 characters or more, `file:PATH`.";
        readonly default: "required";
        readonly secret: "all";
    };
    readonly BACKUP_ENCRYPTION_KEY_PREVIOUS: {
        readonly meaning: "Earlier keys, separated by commas: they still open, and rotation wraps anew.";
        readonly default: "none";
        readonly secret: "all";
    };
    readonly NEONPRO_BACKUP_HOME: {
        readonly meaning: "HOME: folder of database, caches and logs.";
        readonly default: "./neonpro-data";
    };
    readonly NEONPRO_REPOSITORY: {
        readonly meaning: "The repository: a path or a `file:` URL.";
        readonly default: "BACKUP_LOCAL_PATH";
    };
    readonly BACKUP_LOCAL_PATH: {
        readonly meaning: "The repository's folder with provider LOCAL.";
        readonly default: "HOME/backups";
    };
    readonly DATABASE_URL: {
        readonly meaning: "PostgreSQL (15 or newer) or Supabase as the control plane's database.";
        readonly default: "embedded database in HOME";
        readonly secret: "url";
        readonly accepted: {
            readonly en: "a URL such as \"postgresql://user:password@host:5432/name\"";
            readonly 'pt-BR': "uma URL como \"postgresql://usuario:senha@host:5432/nome\"";
        };
    };
    readonly SUPABASE_URL: {
        readonly meaning: "Of the project. The tables there are used only when DATABASE_URL names its database.";
        readonly default: "none";
    };
    readonly SUPABASE_ANON_KEY: {
        readonly meaning: "Of the project.";
        readonly default: "none";
        readonly secret: "all";
    };
    readonly AWS_ACCESS_KEY_ID: {
        readonly meaning: "For provider S3, when it is there.";
        readonly default: "none";
        readonly secret: "all";
    };
    readonly AWS_SECRET_ACCESS_KEY: {
        readonly meaning: "For provider S3, when it is there.";
        readonly default: "none";
        readonly secret: "all";
    };
    readonly AWS_REGION: {
        readonly meaning: "For provider S3, when it is there.";
        readonly default: "none";
    };
    readonly AWS_S3_BUCKET: {
        readonly meaning: "For provider S3, when it is there.";
        readonly default: "none";
    };
    readonly GOOGLE_CLOUD_PROJECT_ID: {
        readonly meaning: "For provider GCS, when it is there.";
        readonly default: "none";
    };
    readonly GOOGLE_CLOUD_BUCKET: {
        readonly meaning: "For provider GCS, when it is there.";
        readonly default: "none";
    };
    readonly GOOGLE_APPLICATION_CREDENTIALS: {
        readonly meaning: "For provider GCS, when it is there.";
        readonly default: "none";
    };
    readonly AZURE_STORAGE_ACCOUNT: {
        readonly meaning: "For provider AZURE, when it is there.";
        readonly default: "none";
    };
    readonly AZURE_STORAGE_KEY: {
        readonly meaning: "For provider AZURE, when it is there.";
        readonly default: "none";
        readonly secret: "all";
    };
    readonly AZURE_CONTAINER: {
        readonly meaning: "For provider AZURE, when it is there.";
        readonly default: "none";
    };
    readonly SMTP_URL: {
        readonly meaning: "Mail server for alarms: `smtp://user:password@host:587`.";
        readonly default: "none";
        readonly secret: "url";
        readonly accepted: {
            readonly en: "a URL such as \"smtp://user:password@host:587\" or smtps:";
            readonly 'pt-BR': "uma URL como \"smtp://usuario:senha@host:587\" ou smtps:";
        };
    };
    readonly ALERT_EMAIL_FROM: {
        readonly meaning: "Sender of alarms.";
        readonly default: "none";
        readonly accepted: LocalizedText;
    };
    readonly ALERT_EMAIL_TO: {
        readonly meaning: "Receivers of alarms, separated by commas.";
        readonly default: "none";
        readonly accepted: LocalizedText;
    };
    readonly WEBHOOK_URL: {
        readonly meaning: "Is called with each alarm.";
        readonly default: "none";
        readonly secret: "host";
        readonly accepted: LocalizedText;
    };
    readonly WEBHOOK_SECRET: {
        readonly meaning: "Signs those calls (Standard Webhooks). Two with a space between while one replaces the other.";
        readonly default: "none";
        readonly secret: "all";
        readonly accepted: {
            readonly en: "\"whsec_\" and base64 of 16 random bytes or more (openssl rand -base64 32)";
            readonly 'pt-BR': "\"whsec_\" e base64 de 16 bytes aleatórios ou mais (openssl rand -base64 32)";
        };
    };
    readonly WEBHOOK_ALLOW_PRIVATE: {
        readonly meaning: "1: WEBHOOK_URL may lead to a private, link-local or loopback address.";
        readonly default: "none";
        readonly accepted: {
            readonly en: "1 or 0";
            readonly 'pt-BR': "1 ou 0";
        };
    };
    readonly HEALTHCHECK_URL: {
        readonly meaning: "With `{slug}`: of each configuration; without: heartbeat of the scheduler itself.";
        readonly default: "none";
        readonly secret: "host";
        readonly accepted: LocalizedText;
    };
    readonly LOGS_DIRECTORY: {
        readonly meaning: "Folder of backup.log; systemd sets it.";
        readonly default: "HOME";
    };
    readonly DEBUG: {
        readonly meaning: "`backup:*` or names such as `backup:scheduling`: debug lines on standard error.";
        readonly default: "none";
    };
    readonly LANG: {
        readonly meaning: "pt…: Portuguese; LC_ALL and LC_MESSAGES come first.";
        readonly default: "English";
    };
};
export type VariableName = keyof typeof VARIABLES;
