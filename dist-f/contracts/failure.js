/** An error as people are told it: code, sentence, what to do; in their language. */
import { BackupError } from "../kernel/backup-error.js";
import { ERROR_CATALOG } from "./error-catalog.js";
import { phrase } from "./phrases.js";
/** By the usual variables: Portuguese for pt…, English otherwise. */
export function localeOf(env) {
    const value = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
    return value.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en';
}
/** Puts values into `{name}`; what has none stays. */
export function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? `{${name}}`));
}
/** Where names are listed when the error does not say where. */
const DEFAULTS = { list: 'ls SNAPSHOT' };
/** Members of a context that hold words of ours, not facts. */
const WORDS = ['why', 'accepted', 'by'];
/** The catalogue's texts, filled; what is not known goes with the sign that leads up to it. */
export function errorText(entry, locale, values) {
    const said = Object.fromEntries(Object.entries({ ...DEFAULTS, ...values }).map(([name, value]) => [name, WORDS.includes(name) && typeof value === 'string' ? phrase(value, locale) : value]));
    const filled = (text) => text.replace(/\s*[(:]?\s*\{(\w+)\}\)?/g, (whole, name) => (said[name] === undefined ? '' : whole.replace(`{${name}}`, () => String(said[name]))));
    return { message: filled(entry.message[locale]), guidance: filled(entry.guidance[locale]) };
}
/** Anything thrown, as a failure. What is no BackupError is INTERNAL and keeps its text for the log. */
export function failureOf(error, locale) {
    const known = error instanceof BackupError ? error : new BackupError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
    const { message, guidance } = errorText(ERROR_CATALOG[known.code], locale, known.context);
    return { code: known.code, message: known.code === 'USAGE' ? known.message : message, guidance };
}
