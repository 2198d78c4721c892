import { type Locale } from '../../contracts/index.ts';
import { type LoggerConfig, type SystemDefaults, type Warning } from '../../contracts/system/index.ts';
import type { ChannelSettings } from '../../services/index.ts';
import { type RepositoryLocation } from '../../storage/index.ts';
import { type LayersInput, type Origin } from './layers.ts';
export interface SettingsInput extends LayersInput {
    /** Of `--repo`. */
    readonly repository?: string;
    /** Of `--key-file`. */
    readonly keyFile?: string;
}
/** One line of `config show --effective`. */
export interface OriginEntry {
    /** An option's path, or a variable's name. */
    readonly name: string;
    /** Redacted where it is a secret. */
    readonly value: unknown;
    readonly origin: Origin;
}
export interface SettingsValues {
    /** Absolute. */
    readonly home: string;
    readonly repository: RepositoryLocation;
    /** PostgreSQL; absent: the embedded database in HOME. */
    readonly databaseUrl?: string;
    readonly scheduler: boolean;
    /** For every configuration that does not say otherwise. */
    readonly defaults: SystemDefaults;
    readonly logger: LoggerConfig;
    /** LOGS_DIRECTORY, else HOME. */
    readonly logsDirectory: string;
    /** Namespaces of DEBUG; empty: none. */
    readonly debug: string;
    readonly locale: Locale;
    readonly channels: ChannelSettings;
    /** Key texts, newest first, each with the name that a refusal uses; see `readKeys`. */
    readonly keys: readonly KeyText[];
    /** Values that must be found in no log. */
    readonly secrets: readonly string[];
}
export interface KeyText {
    readonly text: string;
    readonly source: string;
    readonly origin: Origin;
}
export interface Settings {
    readonly values: SettingsValues;
    readonly origins: readonly OriginEntry[];
    readonly warnings: readonly Warning[];
}
/**
 * Resolves all settings. Throws CONFIG_INVALID (path, reason, accepted form), SOURCE_NOT_AVAILABLE naming a provider that is not there. Keys are only
 * collected: `readKeys` parses and refuses them.
 */
export declare function resolveSettings(input: SettingsInput): Settings;
