import { Glob } from './glob.ts';
/** The description's filters; plain data. */
export interface FileFilters {
    /** Only files that match one of these are kept; folders are always walked. Empty: all. */
    readonly includePatterns?: readonly string[];
    readonly excludePatterns?: readonly string[];
    /** Larger files are left out. Bytes. */
    readonly sizeLimit?: number;
    /** Older files are left out. Milliseconds since 1970. */
    readonly modifiedSinceMs?: number;
    /** Folders that hold a valid CACHEDIR.TAG are left out. */
    readonly excludeCaches?: boolean;
    /** Folders that hold an entry of one of these names are left out. */
    readonly excludeIfPresent?: readonly string[];
    /** Stay on the file systems of the backup's own paths. */
    readonly oneFileSystem?: boolean;
    /** Names of per-folder ignore files; default `.neonproignore`. */
    readonly ignoreFileNames?: readonly string[];
}
export interface FileFilter {
    /** True when the path (absolute, one character a byte) is left out as a folder: nothing below it is looked at. */
    excludesDirectory(path: string, rules?: IgnoreRules): boolean;
    excludesFile(path: string, facts: {
        readonly bytes: number;
        readonly modifiedMs: number;
    }, rules?: IgnoreRules): boolean;
}
/** Rules of ignore files from the root down; later and deeper ones win. */
export type IgnoreRules = ReadonlyArray<{
    readonly directory: string;
    readonly patterns: readonly CompiledPattern[];
}>;
export interface CompiledPattern {
    readonly expression: Glob;
    readonly isNegated: boolean;
    readonly directoryOnly: boolean;
}
/** Compiles filters for backup roots (absolute paths as byte strings). Throws USAGE naming a bad pattern. */
export declare function createFileFilter(filters: FileFilters, roots: readonly string[]): FileFilter;
/** Parses an ignore file: one pattern a line, `#` comments, `!` takes back. */
export declare function parseIgnoreFile(text: string, directory: string): IgnoreRules[number];
/**
 * Compiles one pattern: a glob (glob.ts); a leading "/" anchors to the backup's path, a trailing "/" means folders only, a pattern without an inner
 * slash matches at any depth, a leading "!" takes back. Throws USAGE naming the pattern.
 */
export declare function compilePattern(pattern: string): CompiledPattern;
