import type { HoldView, RecoveryOptions, RecoveryPointView, RecoveryRequestView, RecoveryType, Result } from '../../contracts/system/index.ts';
import type { FacadeCall } from './facade-call.ts';
/** Recovery points and restores. */
export declare class RecoveryService {
    #private;
    constructor(call: FacadeCall);
    /**
     * Asks for a restore of a run's or a point's data. Answers once it is queued; `getRecoveryStatus` follows it. `type` is a RecoveryType. Fails with POINT_NOT_FOUND, TARGET_REFUSED,
     * SOURCE_NOT_AVAILABLE (point in time of files).
     */
    createRecoveryRequest(backupId: string, type: RecoveryType, options: RecoveryOptions, userId?: string): Promise<Result<RecoveryRequestView>>;
    getRecoveryStatus(requestId: string): Promise<Result<RecoveryRequestView>>;
    cancelRecovery(requestId: string, userId?: string): Promise<Result<RecoveryRequestView>>;
    /** Newest first; of one configuration, or all. */
    getRecoveryPoints(configId?: string): Promise<Result<readonly RecoveryPointView[]>>;
    /** Kept whatever the policy says. In the repository before this answers. */
    pinPoint(pointId: string, reason?: string, userId?: string): Promise<Result<RecoveryPointView>>;
    unpinPoint(pointId: string, userId?: string): Promise<Result<RecoveryPointView>>;
    /** A legal hold on a point, a source, or everything. In the repository before this answers. */
    addHold(hold: {
        readonly pointId?: string;
        readonly source?: string;
        readonly until?: string;
        readonly reason: string;
    }, userId?: string): Promise<Result<HoldView>>;
    liftHold(holdId: string, userId?: string): Promise<Result<{
        readonly lifted: true;
    }>>;
}
