import { type RecoveryRequestView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** How far a request is; `progress` is 0–100 while it runs. Throws REQUEST_NOT_FOUND. */
export declare function getRecoveryStatus(parts: SystemParts, requestId: string): Promise<RecoveryRequestView>;
/** One that waits is cancelled at once, one that runs within a second or two: what was restored by then stays whole. One that is over stays as it is. Throws REQUEST_NOT_FOUND. */
export declare function cancelRecovery(parts: SystemParts, requestId: string, _by?: string): Promise<RecoveryRequestView>;
