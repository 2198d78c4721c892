/** Restore points, what keeps them, and restores. */
export { carryOutRecovery, resumeRecoveries } from './carry-out-recovery.ts'
export { createRecoveryRequest } from './create-request.ts'
export { findPoint, getRecoveryPoints, pointsDatedAhead } from './points.ts'
export {
  addHold,
  type HoldRequest,
  holdWarnings,
  liftHold,
  mirrorDecided,
  pinPoint,
  unpinPoint,
} from './protect-points.ts'
export { cancelRecovery, getRecoveryStatus } from './requests.ts'
