import type { Locale } from '../../contracts/index.ts';
import { type LoggerConfig } from '../../contracts/system/index.ts';
import type { Log } from '../../kernel/log.ts';
export interface LogOptions {
    readonly logger: LoggerConfig;
    /** LOGS_DIRECTORY, else HOME. */
    readonly directory: string;
    /** Namespaces, as `DEBUG` has them. */
    readonly debug: string;
    readonly locale: Locale;
    /** Values that must be found in no line. */
    readonly secrets?: readonly string[];
    /** Where `transports` says nothing: the file alone, or the console too. */
    readonly withConsole?: boolean;
    /** Default: standard error. */
    readonly console?: (text: string) => void;
    /** Default 10 MiB. */
    readonly fileBytesMax?: number;
}
export interface SystemLog extends Log, Disposable {
    /** Of the active files. */
    readonly files: readonly string[];
}
/** Opens the log. A folder that can't be written is no error: the lines go to the console, with a warning. */
export declare function openLog(options: LogOptions): Promise<SystemLog>;
