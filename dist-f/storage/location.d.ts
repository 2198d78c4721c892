export interface RepositoryLocation {
    readonly kind: 'LOCAL';
    /** Absolute. */
    readonly path: string;
    /** Modes and owner of what is written. */
    readonly fileMode?: number;
    readonly directoryMode?: number;
    readonly uid?: number;
    readonly gid?: number;
}
/** Parses `--repo`: a path, or a file: URL that may end with `?mode=0640&dir-mode=0750&uid=33&gid=33`. Throws USAGE, and SOURCE_NOT_AVAILABLE for stores that this version has no provider for. */
export declare function parseLocation(text: string): RepositoryLocation;
