import type { ConfigView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** By name. Costs three queries, whatever their number. */
export declare function listConfigs(parts: SystemParts): Promise<ConfigView[]>;
/** Throws CONFIG_NOT_FOUND. */
export declare function getConfig(parts: SystemParts, id: string): Promise<ConfigView>;
