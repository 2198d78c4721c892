import type { HealthCheck } from '../../contracts/system/index.ts';
import { type HealthContext } from './health-check.ts';
export declare function databaseHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
export declare function repositoryHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
/** Without a schedule nothing waits for one. */
export declare function schedulerHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
export declare function spaceHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
export declare function alertHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
export declare function channelHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
/** A process that is dead can't say so: a service outside has to miss it, or another worker. */
export declare function heartbeatHealth(context: HealthContext): Promise<readonly HealthCheck[]>;
