/** Reports and summaries, as the calls answer them, member by member. Held against views.ts by the compiler. */
import { z } from 'zod'
import {
  bytes,
  carried,
  count,
  flag,
  localTime,
  rebuiltCounts,
  share,
  snapshotName,
  text,
  texts,
  time,
  uuid,
} from './answer-parts.ts'
import type {
  AuditVerdict,
  BackupMetrics,
  HealthReport,
  HoldView,
  RealTimeMetrics,
  RebuildSummary,
  StoredFile,
  SystemStatus,
} from './report-views.ts'
import { alert, lastVerification, repositoryStanding, run, scheduler, secondCopy, verdict } from './view-schemas.ts'
import { HealthStatus } from './vocabulary.ts'

const figure = z.number().min(0)

const metricsMembers = {
  from: time,
  to: time,
  total: count,
  completed: count,
  partial: count,
  failed: count,
  missed: count,
  cancelled: count,
  successRate: share.nullable().describe('COMPLETED over all that finished or was missed; null where nothing did.'),
  durationMsMean: figure.nullable(),
  durationMsP95: figure.nullable(),
  bytesProcessed: bytes,
  bytesAdded: bytes,
  bytesStored: bytes,
  throughputBytesPerSecond: figure.nullable(),
}
export const metrics = z
  .strictObject(metricsMembers)
  .meta({ id: 'Metrics', description: 'Runs of a period.' }) satisfies z.ZodType<BackupMetrics>

export const realTime = z
  .strictObject({
    ...metricsMembers,
    activeBackups: count,
    queuedBackups: count,
    activeRecoveries: count,
    activeAlerts: count,
    storage: z.strictObject({
      repositoryBytes: bytes.nullable(),
      bytesFree: bytes.nullable(),
      bytesTotal: bytes.nullable(),
      growthBytes30Days: z.int(),
      bySource: z.record(text, bytes),
    }),
    system: z.strictObject({
      cpuPercent: figure.nullable(),
      memoryPercent: figure,
      diskPercent: figure.nullable(),
      networkBytesPerSecond: figure.nullable(),
      storageLatencyMs: figure.nullable(),
    }),
  })
  .meta({
    id: 'RealTimeMetrics',
    description: 'The last 30 days and this moment.',
  }) satisfies z.ZodType<RealTimeMetrics>

export const health = z
  .strictObject({
    overall: z.enum(HealthStatus),
    checkedAt: time,
    checks: z.array(z.strictObject({ name: text, status: z.enum(HealthStatus), message: text })),
  })
  .meta({ id: 'Health', description: 'What was looked at, and how it stands.' }) satisfies z.ZodType<HealthReport>

export const holdView = z
  .strictObject({
    id: text,
    snapshot: snapshotName.nullable(),
    source: text.nullable().describe('Null with a null `snapshot`: everything.'),
    reason: text,
    until: time.nullable().describe('Null: until it is lifted.'),
  })
  .meta({ id: 'HoldView', description: 'A legal hold.' }) satisfies z.ZodType<HoldView>

const dated = { snapshot: snapshotName, source: text }
export const status = z
  .strictObject({
    scheduler,
    repository: text,
    database: text,
    configs: z.array(
      z.strictObject({
        id: uuid,
        name: text,
        enabled: flag,
        nextRunLocal: localTime.nullable(),
        lastRun: run.nullable(),
        lastGoodAt: time.nullable(),
        newestGoodAt: time.nullable(),
        newestAt: time.nullable(),
      }),
    ),
    running: z.array(run),
    alerts: z.array(alert),
    datedAhead: z.array(z.strictObject({ pointId: uuid, ...dated, createdAt: time, countsAt: time.nullable() })),
    datedBehind: z.array(z.strictObject({ ...dated, finishedAt: time, countsAt: time })),
    lastVerification: lastVerification.nullable(),
    secondCopy: secondCopy.nullable(),
    repositoryError: text.nullable(),
    repositories: z.array(repositoryStanding),
    verdict,
  })
  .meta({ id: 'Status', description: 'How the system stands.' }) satisfies z.ZodType<SystemStatus>

export const storedFile = z
  .strictObject({ path: text, bytes, modifiedAt: time })
  .meta({ id: 'StoredFile', description: 'A file of the application.' }) satisfies z.ZodType<StoredFile>

const lost = z.strictObject({ locations: texts, entries: count, from: count.nullable(), to: count.nullable() })

export const auditVerdict = z
  .strictObject({
    isIntact: flag,
    entries: count,
    head: text,
    problems: z.array(z.strictObject({ sequence: count.nullable(), what: text })),
    segments: count,
    closedAnew: z.array(lost),
  })
  .meta({ id: 'AuditVerdict', description: 'Whether the audit chain is whole.' }) satisfies z.ZodType<AuditVerdict>

export const rebuilt = z
  .strictObject({
    ...rebuiltCounts,
    configsLeftDisabled: texts.exactOptional(),
    unstorable: texts.exactOptional(),
    lost: lost.exactOptional(),
    carried: z.array(carried).exactOptional(),
    notCarried: z.array(carried).exactOptional(),
    copiedUntil: text.exactOptional(),
    repositoriesNotOpened: z.array(z.strictObject({ name: text, location: text, errorCode: text })).exactOptional(),
  })
  .meta({ id: 'Rebuilt', description: 'What a rebuild brought back.' }) satisfies z.ZodType<RebuildSummary>
