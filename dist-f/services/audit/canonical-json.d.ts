/** The canonical text. Throws for what JSON can't say: NaN, an infinity, a lone surrogate, a cycle. */
export declare function canonicalJson(value: unknown): string;
/** True when `text` is the canonical spelling of what it says. */
export declare function isCanonicalJson(text: string): boolean;
