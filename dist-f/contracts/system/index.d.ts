/** The system's vocabulary and schemas. A door of its own: repository commands never load zod. */
export { AlertSeverity, AlertState, AlertType, BackupFrequency, BackupType, DueState, HealthStatus, PointState, Priority, PRIORITY_RANK, RecoveryState, RecoveryType, Role, RunState, RunTrigger, SourceKind, StorageProvider, } from './vocabulary.ts';
export type { Failure } from '../failure.ts';
export type { Page, Result, Warning } from './result.ts';
export type { AlertView, AuditVerdict, BackupMetrics, ConfigView, HealthCheck, HealthReport, HoldView, RealTimeMetrics, RebuildSummary, RecoveryPointView, RecoveryRequestView, RetentionSimulation, RunProgress, RunStats, RunView, SchedulerStatus, SkippedItem, StoredFile, SystemStatus, } from './views.ts';
export { alertConfigSchema, type BackupOptionsInput, backupOptionsSchema, type ConfigInput, configInputSchema, type ConfigPatch, configPatchSchema, type ConfigSettings, effectiveSettings, filtersSchema, performanceSchema, retentionSchema, type ScheduleSettings, type SystemDefaults, } from './config-settings.ts';
export { listBackupsFilterSchema, type LoggerConfig, loggerSchema, paginationSchema, type RecoveryOptions, recoveryOptionsSchema, type SystemConfig, type SystemConfigInput, systemConfigSchema, } from './system-config.ts';
export { CALL_FORMS } from './call-forms.ts';
export { type CallData, type CallInput, type CallName, CALLS, parseCall } from './calls.ts';
export { CONFIG_OPTIONS, type OptionReference, SYSTEM_OPTIONS, type VariableName, type VariableReference, VARIABLES } from './option-reference.ts';
export { invalidOption, nearestName, parseOptions, type ValidationPlace } from './validation.ts';
export { warningOf, type WarningCode } from './warning-catalog.ts';
export type { Widened } from './widened.ts';
