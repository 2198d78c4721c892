import type { HoldView, RecoveryPointView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** Keeps a point whatever the policy says. Throws POINT_NOT_FOUND, also when it was let go meanwhile. */
export declare function pinPoint(parts: SystemParts, pointId: string, { by, reason }: {
    readonly by: string;
    readonly reason?: string | undefined;
}): Promise<RecoveryPointView>;
/** A point that is not pinned stays as it is. Throws POINT_NOT_FOUND. */
export declare function unpinPoint(parts: SystemParts, pointId: string, by: string): Promise<RecoveryPointView>;
export interface HoldRequest {
    /** Holds this point; or this source; neither means everything. */
    readonly pointId?: string | undefined;
    readonly source?: string | undefined;
    readonly reason: string;
    /** A date to come; without one, until it is lifted. */
    readonly until?: string | undefined;
}
/** A legal hold. Throws POINT_NOT_FOUND, CONFIG_INVALID for a date that is none or has passed. */
export declare function addHold(parts: SystemParts, hold: HoldRequest, by: string): Promise<HoldView>;
/** Throws NOT_FOUND for a hold that is not in force. */
export declare function liftHold(parts: SystemParts, holdId: string, by: string): Promise<{
    readonly lifted: true;
}>;
