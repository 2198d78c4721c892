/** Whether each enabled configuration has a good backup that is not older than its schedule allows: from the points that exist now, never from what runs said. */
import type { HealthCheck } from '../../contracts/system/index.ts';
import { type HealthContext } from './health-check.ts';
export declare function backupFreshness(context: HealthContext): Promise<readonly HealthCheck[]>;
