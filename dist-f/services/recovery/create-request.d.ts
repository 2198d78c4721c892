import { type RecoveryOptions, type RecoveryRequestView, RecoveryType } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/**
 * Asks for a restore of a run's or a point's data: request and job commit together, larger priorities go first. Throws POINT_NOT_FOUND, TARGET_REFUSED (inside the repository, or not to be
 * written to), SOURCE_NOT_AVAILABLE for a moment in time of files, CONFIG_INVALID for options that do not go together.
 */
export declare function createRecoveryRequest(parts: SystemParts, asked: {
    readonly pointOrRunId: string;
    readonly type: RecoveryType;
    readonly options: RecoveryOptions;
}, by: string): Promise<RecoveryRequestView>;
