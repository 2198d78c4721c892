/** One way from a schema's complaint to CONFIG_INVALID: the path, what is wrong, the accepted form. Values of secret options are never repeated. */
import type { z } from 'zod';
import { BackupError } from '../../kernel/backup-error.ts';
import type { OptionReference } from './option-reference.ts';
export interface ValidationPlace {
    /** What each path accepts. */
    readonly options: Readonly<Record<string, Pick<OptionReference, 'accepted'>>>;
    /** What the value as a whole is called. Default: config. */
    readonly whole?: string;
    /** Where the value comes from, put before each path: "config.json: ". */
    readonly origin?: string;
}
/** Parses, or throws CONFIG_INVALID about the first thing that is wrong. */
export declare function parseOptions<S extends z.ZodType>(schema: S, value: unknown, place: ValidationPlace): z.output<S>;
/** CONFIG_INVALID with the accepted form that the table has for the path. `why` is a phrase of contracts/phrases.ts. */
export declare function invalidOption(path: string, why: string, place: ValidationPlace): BackupError;
/** The known name that is at most a third of its letters away, or undefined. */
export declare function nearestName(name: string, known: readonly string[]): string | undefined;
/** Every path of a schema, with `[]` for the positions of a list. */
export declare function schemaPaths(schema: z.core.$ZodType, path?: string): Generator<string>;
