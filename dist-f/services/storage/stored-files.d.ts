import { type StoredFile, type Warning } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
interface Call {
    readonly signal?: AbortSignal | undefined;
}
/** What is absent gives `{ deleted: false }`. Throws CONFIG_INVALID for a path that is not taken. */
export declare function remove(parts: SystemParts, path: string, call?: Call): Promise<{
    readonly deleted: boolean;
}>;
/** Throws CONFIG_INVALID for a path that is not taken. */
export declare function exists(parts: SystemParts, path: string, call?: Call): Promise<boolean>;
/** Files whose path begins with `prefix`, sorted by path. A file whose name is damaged can't be listed: a warning says so. */
export declare function list(parts: SystemParts, prefix?: string, call?: Call): Promise<{
    readonly files: readonly StoredFile[];
    readonly warnings: readonly Warning[];
}>;
export {};
