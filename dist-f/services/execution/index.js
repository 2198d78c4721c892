/** The engine's work for the system: runs, retention, and the catalog's copy of what the repository holds. */
export { applyRetention, simulateRetention } from "./apply-retention.js";
export { carryOutRun } from "./carry-out-run.js";
export { outcomeOf } from "./backup-outcome.js";
export { checkPaths, isInside } from "./check-paths.js";
export { EngineProcess, runInEngine } from "./engine-process.js";
export { configOf, configTag, holdingsOf } from "./holdings.js";
export { retentionConflicts } from "./retention-conflicts.js";
export { runEnded } from "./run-ended.js";
export { pointIdOf, saveHoldings } from "./save-holdings.js";
export { snapshotTypeOf } from "./run-settings.js";
export { syncPoints } from "./sync-points.js";
export { verifyPoints } from "./verify-points.js";
export { verifyWhenDue } from "./verify-when-due.js";
