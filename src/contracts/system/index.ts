/** The system's vocabulary and schemas. A door of its own: repository commands never load zod. */

export type { Failure } from '../failure.ts'
export * as answerParts from './answer-parts.ts'
export type { CallData } from './call-data.ts'
export { CALL_FORMS } from './call-forms.ts'
export { type CallSpec, EVERY_CALL_ERRORS } from './call-spec.ts'
export {
  CALL_TABLE,
  CALLS,
  type CallInput,
  type CallName,
  parseCall,
} from './calls.ts'
export {
  alertConfigSchema,
  type BackupOptionsInput,
  backupOptionsSchema,
  type CommonSettings,
  type ConfigInput,
  type ConfigPatch,
  type ConfigSettings,
  type ConfigSource,
  configInputSchema,
  configPatchSchema,
  type DriverSource,
  effectiveSettings,
  type FilesSource,
  filtersSchema,
  isFiles,
  performanceSchema,
  retentionSchema,
  type ScheduleSettings,
  SOURCE_KIND_FORM,
  type StoredSettings,
  type SystemDefaults,
  settingsOf,
  sourceOfStored,
  sourceText,
  storedSettings,
} from './config-settings.ts'
export type {
  AuditPage,
  FoundEntries,
  KeyringView,
  PointDifferences,
  PointListing,
  Pruned,
  RepositoryView,
  SystemSettings,
  Verification,
} from './inspection-schemas.ts'
export { repositoryView } from './inspection-schemas.ts'
export {
  CONFIG_OPTIONS,
  type OptionReference,
  SYSTEM_OPTIONS,
  VARIABLES,
  type VariableName,
  type VariableReference,
} from './option-reference.ts'
export type {
  AuditVerdict,
  BackupMetrics,
  CarriedProtection,
  DatedAheadPoint,
  DatedBehindPoint,
  HealthCheck,
  HealthReport,
  HoldView,
  LastVerification,
  LostRepository,
  NotOpenedRepository,
  RealTimeMetrics,
  RebuildSummary,
  RemovedRepository,
  RepositoryStanding,
  RetentionSimulation,
  SchedulerStatus,
  SecondCopy,
  StatusVerdict,
  StoredFile,
  SystemStatus,
} from './report-views.ts'
export { failed, type Page, type Result, resultOf, succeeded, type Warning } from './result.ts'
export { EVERY_RIGHT, Right } from './rights.ts'
export type { Shown } from './shown.ts'
export {
  isOpenCall,
  type OpenCallInput,
  type OpenCallName,
  type StreamCallName,
} from './stream-calls.ts'
export {
  type LoggerConfig,
  listBackupsFilterSchema,
  loggerSchema,
  paginationSchema,
  type RecoveryOptions,
  recoveryOptionsSchema,
  type SystemOptions,
  type SystemOptionsInput,
  systemOptionsSchema,
} from './system-config.ts'
export { invalidOption, nearestName, parseOptions, type ValidationPlace } from './validation.ts'
export {
  COPY_AGE_MS_MAX,
  isCopyOld,
  type OtherSystem,
  type ProtectedThing,
  type VerdictFacts,
  verdictFactsOf,
  verdictOf,
} from './verdict.ts'
export * as viewSchemas from './view-schemas.ts'
export type {
  AlertView,
  ChannelTest,
  ConfigView,
  RecoveryPointView,
  RecoveryRequestView,
  RunEventView,
  RunProgress,
  RunStats,
  RunView,
  RunWarning,
  SkippedItem,
} from './views.ts'
export {
  AlertSeverity,
  AlertState,
  AlertType,
  BackupFrequency,
  BackupType,
  DueState,
  HealthStatus,
  PointState,
  PRIORITY_RANK,
  Priority,
  RecoveryState,
  RecoveryType,
  Role,
  RUN_ITEMS_MAX,
  RunEventKind,
  RunState,
  RunTrigger,
  SourceKind,
  StorageProvider,
  VerdictReason,
} from './vocabulary.ts'
export { type WarningCode, warningOf } from './warning-catalog.ts'
export type { Spelt, Widened } from './widened.ts'
