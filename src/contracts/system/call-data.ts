/** What each call gives as `data`: held against the schemas of calls.ts by the compiler. */
import type {
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
import type {
  AuditVerdict,
  BackupMetrics,
  HealthReport,
  HoldView,
  RealTimeMetrics,
  RebuildSummary,
  RemovedRepository,
  RetentionSimulation,
  SchedulerStatus,
  StoredFile,
  SystemStatus,
} from './report-views.ts'
import type { Page } from './result.ts'
import type { AlertView, ChannelTest, ConfigView, RecoveryPointView, RecoveryRequestView, RunView } from './views.ts'

export interface CallData {
  'config.create': ConfigView
  'config.update': ConfigView
  'config.delete': { readonly deleted: true }
  'config.get': ConfigView
  'config.list': readonly ConfigView[]
  'config.effective': ConfigView
  'backup.execute': string
  'backup.cancel': RunView
  'backup.get': RunView
  'backup.wait': RunView
  'backup.list': Page<RunView>
  'retention.simulate': RetentionSimulation
  'retention.apply': RetentionSimulation
  'scheduler.status': SchedulerStatus
  'system.status': SystemStatus
  'monitor.realTime': RealTimeMetrics
  'monitor.metrics': BackupMetrics
  'monitor.alerts': readonly AlertView[]
  'monitor.createAlert': AlertView
  'monitor.acknowledge': AlertView
  'monitor.testChannels': readonly ChannelTest[]
  'monitor.health': HealthReport
  'recover.create': RecoveryRequestView
  'recover.status': RecoveryRequestView
  'recover.cancel': RecoveryRequestView
  'recover.points': readonly RecoveryPointView[]
  'recover.pin': RecoveryPointView
  'recover.unpin': RecoveryPointView
  'recover.addHold': HoldView
  'recover.liftHold': { readonly lifted: true }
  'point.browse': PointListing
  'point.find': FoundEntries
  'point.diff': PointDifferences
  'repository.list': readonly RepositoryView[]
  'repository.add': RepositoryView
  'repository.remove': RemovedRepository
  'repository.use': ConfigView
  'repository.verify': Verification
  'repository.prune': Pruned
  'key.list': KeyringView
  'storage.delete': { readonly deleted: boolean }
  'storage.list': readonly StoredFile[]
  'storage.exists': boolean
  'audit.verify': AuditVerdict
  'audit.entries': AuditPage
  /** JSON lines. */
  'audit.export': string
  'audit.note': { readonly noted: true }
  'system.settings': SystemSettings
  'system.acceptClock': { readonly accepted: true }
  'system.rebuild': RebuildSummary
}
