import { type ConfigSettings, type ConfigView, SourceKind, type Warning } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import type { ParseDefaults, ParsedConfig } from './parse-config-input.ts';
export interface SavedConfig {
    readonly config: ConfigView;
    readonly warnings: readonly Warning[];
}
export interface SaveOptions {
    readonly signal?: AbortSignal;
    /** Kinds that have a source. Default: files. */
    readonly kinds?: readonly SourceKind[];
}
export declare function parseDefaults(parts: SystemParts): ParseDefaults;
/** Throws SOURCE_NOT_AVAILABLE. */
export declare function assertKind(kind: SourceKind, { kinds }: SaveOptions): void;
/** Throws SOURCE_UNREADABLE, CONFIG_INVALID for a repository inside the source or a source inside the repository. */
export declare function checkSource(parts: SystemParts, settings: ConfigSettings): Promise<void>;
export declare function warningsAbout(parts: SystemParts, settings: ConfigSettings): Warning[];
/** Both without passwords: the same server and database, whoever the user is. */
export declare function isSameDatabase(one: string, other: string): boolean;
/** After the commit: into the repository, which is truth. What can't be written there is said and tried again. */
export declare function saved(parts: SystemParts, id: string, more: {
    readonly warnings: readonly Warning[];
    readonly signal: AbortSignal | undefined;
}): Promise<SavedConfig>;
export declare function sealedSource(parts: SystemParts, id: string, { secretUrl }: ParsedConfig): Buffer | null;
