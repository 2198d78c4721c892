import type { ConfigInput } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type SavedConfig, type SaveOptions } from './save-config.ts';
/**
 * Saves a configuration and plans its first run, in one transaction; then records it in the repository (RECORD_PENDING where that has to wait).
 * Throws CONFIG_INVALID, CONFIG_EXISTS, SOURCE_UNREADABLE, SOURCE_NOT_AVAILABLE: then nothing is saved.
 */
export declare function createConfig(parts: SystemParts, input: ConfigInput, by: string, options?: SaveOptions): Promise<SavedConfig>;
