import type { ConfigSettings } from '../../contracts/system/index.ts';
import type { RepositoryLocation } from '../../storage/index.ts';
/**
 * At save time and before each run. Throws SOURCE_UNREADABLE for a path that is absent or may not be read, CONFIG_INVALID for one that holds the repository or lies in it,
 * SOURCE_NOT_AVAILABLE for a kind of source that is not here yet.
 */
export declare function checkPaths(settings: Pick<ConfigSettings, 'kind' | 'paths'>, location: Pick<RepositoryLocation, 'path'>): Promise<void>;
export declare function isInside(inner: string, outer: string): boolean;
