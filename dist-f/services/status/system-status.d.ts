/** Everything at a glance: what is planned, what ran last, what is wrong. */
import type { SystemStatus } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export declare function systemStatus(parts: SystemParts): Promise<SystemStatus>;
