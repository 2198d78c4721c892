/**
 * Globs over byte strings, matched in time proportional to pattern times path: all places of the pattern that a prefix of the path can lead to are
 * kept side by side (Thompson's construction), so that no pattern of a stranger's ignore file can stop a backup.
 */
export declare class GlobError extends Error {
}
/** `*` and `?` stay inside a name, `**` crosses folders, `[a-z]`, `[!a-z]`, `{a,b}`, `\` takes the next character as it is. */
export declare class Glob {
    #private;
    /** `atAnyDepth` lets folders stand before the pattern. Throws GlobError with what is wrong. */
    constructor(body: string, options: {
        readonly atAnyDepth: boolean;
    });
    /** The whole path has to match; one character a byte. */
    test(path: string): boolean;
}
