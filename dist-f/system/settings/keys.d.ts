import { type Warning } from '../../contracts/system/index.ts';
import { type Kek } from '../../engine/index.ts';
import type { SettingsValues } from './settings.ts';
export interface ReadKeys {
    /** Newest first; at least one. */
    readonly keks: readonly Kek[];
    /** Absolute paths of the files they came from. */
    readonly keyFiles: readonly string[];
    readonly warnings: readonly Warning[];
}
/** Throws KEY_MISSING, KEY_PLACEHOLDER, KEY_WEAK, KEY_REFUSED (also for one that lies in HOME or repository, beside the data). */
export declare function readKeys(values: Pick<SettingsValues, 'keys' | 'home' | 'repository' | 'locale'>): ReadKeys;
