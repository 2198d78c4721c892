/** The system's vocabulary and schemas. A door of its own: repository commands never load zod. */
export { AlertSeverity, AlertState, AlertType, BackupFrequency, BackupType, DueState, HealthStatus, PointState, Priority, PRIORITY_RANK, RecoveryState, RecoveryType, Role, RunState, RunTrigger, SourceKind, StorageProvider, } from "./vocabulary.js";
export { alertConfigSchema, backupOptionsSchema, configInputSchema, configPatchSchema, effectiveSettings, filtersSchema, performanceSchema, retentionSchema, } from "./config-settings.js";
export { listBackupsFilterSchema, loggerSchema, paginationSchema, recoveryOptionsSchema, systemConfigSchema, } from "./system-config.js";
export { CALL_FORMS } from "./call-forms.js";
export { CALLS, parseCall } from "./calls.js";
export { CONFIG_OPTIONS, SYSTEM_OPTIONS, VARIABLES } from "./option-reference.js";
export { invalidOption, nearestName, parseOptions } from "./validation.js";
export { warningOf } from "./warning-catalog.js";
