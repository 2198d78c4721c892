export interface Selection {
    /** True when the path itself, and all below it, is wanted. */
    takes(path: string): boolean;
    /** True when something below the directory may be wanted. */
    mayHold(path: string): boolean;
    /** Patterns that no path has met so far. */
    unmatched(): string[];
}
/**
 * An absolute pattern is a path inside the snapshot or a glob from its root; a relative one (`agenda.db`, `invoices/*.pdf`) is met at any depth.
 * A folder is taken with all that is in it. No pattern means everything. Throws USAGE.
 */
export declare function createSelection(patterns: readonly string[]): Selection;
