import { type ConfigPatch } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type SavedConfig, type SaveOptions } from './save-config.ts';
/**
 * Changes what the patch names; `null` takes an option away. Members of filters, performance and alertConfig change one by one, a retention as a whole, a
 * schedule of another kind replaces the former. One transaction: a failure leaves the former configuration untouched.
 * Throws CONFIG_NOT_FOUND and what `createConfig` throws.
 */
export declare function updateConfig(parts: SystemParts, id: string, patch: ConfigPatch, by: string, options?: SaveOptions): Promise<SavedConfig>;
