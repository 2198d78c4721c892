/** Restore points, what keeps them, and restores. */
export { carryOutRecovery, resumeRecoveries } from "./carry-out-recovery.js";
export { createRecoveryRequest } from "./create-request.js";
export { getRecoveryPoints } from "./points.js";
export { addHold, liftHold, pinPoint, unpinPoint } from "./protect-points.js";
export { cancelRecovery, getRecoveryStatus } from "./requests.js";
