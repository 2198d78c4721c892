import type { ErrorCode } from '../kernel/error-code.ts';
import { type ErrorEntry } from './error-catalog.ts';
export type Locale = 'en' | 'pt-BR';
/** By the usual variables: Portuguese for pt…, English otherwise. */
export declare function localeOf(env: Readonly<Record<string, string | undefined>>): Locale;
export interface Failure {
    readonly code: ErrorCode;
    readonly message: string;
    /** What to do about it. */
    readonly guidance: string;
}
export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
/** Puts values into `{name}`; what has none stays. */
export declare function fill(text: string, values: Values): string;
/** The catalogue's texts, filled; what is not known goes with the sign that leads up to it. */
export declare function errorText(entry: ErrorEntry, locale: Locale, values: Values): {
    message: string;
    guidance: string;
};
/** Anything thrown, as a failure. What is no BackupError is INTERNAL and keeps its text for the log. */
export declare function failureOf(error: unknown, locale: Locale): Failure;
