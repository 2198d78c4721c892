import type { SkippedEntry } from './directory-result.ts';
export interface SourceRoots {
    readonly roots: readonly string[];
    /** Asked for, but not there. */
    readonly missing: readonly SkippedEntry[];
}
/**
 * Real absolute paths, one character a byte, none inside another. A path that is not there does not keep the others from being backed up: it
 * is named in the snapshot, which is then partial. Throws SOURCE_UNREADABLE when none is there.
 */
export declare function resolveRoots(paths: readonly string[]): SourceRoots;
/** For every ancestor of a root: which names to take. */
export declare function ancestors(roots: readonly string[]): Map<string, string[]>;
