import { type ConfigInput, type ConfigSettings, type SystemDefaults, type Warning } from '../../contracts/system/index.ts';
import type { Locale } from '../../contracts/index.ts';
export interface ParseDefaults {
    /** The system's zone, where the input names none. */
    readonly timezone: string;
    /** Relative paths are of this folder. */
    readonly cwd: string;
    readonly locale: Locale;
    /** Milliseconds: a schedule must come due after. */
    readonly nowMs: number;
    readonly system: SystemDefaults;
}
export interface ParsedConfig {
    readonly name: string;
    readonly enabled: boolean;
    readonly settings: ConfigSettings;
    /** A database's URL with its password: to be sealed. */
    readonly secretUrl?: string;
    readonly warnings: readonly Warning[];
}
/** Throws CONFIG_INVALID. Flat and nested filters mean the same. */
export declare function parseConfigInput(given: ConfigInput, defaults: ParseDefaults): ParsedConfig;
/** The input that would give these settings: what a patch is laid over. Holds no secret. */
export declare function configInputOf(config: {
    readonly name: string;
    readonly enabled: boolean;
    readonly settings: ConfigSettings;
}): ConfigInput;
