import { pathHere } from "./plain-input.js";
/** Recovery points and restores. */
export class RecoveryService {
    #call;
    constructor(call) {
        this.#call = call;
    }
    /**
     * Asks for a restore of a run's or a point's data. Answers once it is queued; `getRecoveryStatus` follows it. `type` is a RecoveryType. Fails with POINT_NOT_FOUND, TARGET_REFUSED,
     * SOURCE_NOT_AVAILABLE (point in time of files).
     */
    createRecoveryRequest(backupId, type, options, userId) {
        const isGiven = typeof options === 'object' && options !== null;
        return this.#call('recover.create', { backupId, type, options: isGiven ? { ...options, targetPath: pathHere(options.targetPath) } : options, userId });
    }
    getRecoveryStatus(requestId) {
        return this.#call('recover.status', { requestId });
    }
    cancelRecovery(requestId, userId) {
        return this.#call('recover.cancel', { requestId, userId });
    }
    /** Newest first; of one configuration, or all. */
    getRecoveryPoints(configId) {
        return this.#call('recover.points', { configId });
    }
    /** Kept whatever the policy says. In the repository before this answers. */
    pinPoint(pointId, reason, userId) {
        return this.#call('recover.pin', { pointId, reason, userId });
    }
    unpinPoint(pointId, userId) {
        return this.#call('recover.unpin', { pointId, userId });
    }
    /** A legal hold on a point, a source, or everything. In the repository before this answers. */
    addHold(hold, userId) {
        return this.#call('recover.addHold', { ...hold, userId });
    }
    liftHold(holdId, userId) {
        return this.#call('recover.liftHold', { holdId, userId });
    }
}
