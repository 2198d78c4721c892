/**
 * Parts of a sentence that travel in an error's context in English (`why`, `accepted`) and are said in the reader's language.
 * A key is the English phrase, with {} for what varies.
 */
import type { LocalizedText } from './error-catalog.ts';
/** The phrase in the reader's language; one that is not known stays as it is. */
export declare function phrase(text: string, locale: keyof LocalizedText): string;
