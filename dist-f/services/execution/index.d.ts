/** The engine's work for the system: runs, retention, and the catalog's copy of what the repository holds. */
export { applyRetention, type RetentionCall, simulateRetention } from './apply-retention.ts';
export { carryOutRun } from './carry-out-run.ts';
export { outcomeOf } from './backup-outcome.ts';
export { checkPaths, isInside } from './check-paths.ts';
export { type EngineCall, EngineProcess, runInEngine } from './engine-process.ts';
export { configOf, configTag, holdingsOf } from './holdings.ts';
export { retentionConflicts } from './retention-conflicts.ts';
export { runEnded } from './run-ended.ts';
export { type HoldingsPlace, pointIdOf, saveHoldings } from './save-holdings.ts';
export { snapshotTypeOf } from './run-settings.ts';
export { syncPoints } from './sync-points.ts';
export { verifyPoints } from './verify-points.ts';
export { verifyWhenDue } from './verify-when-due.ts';
