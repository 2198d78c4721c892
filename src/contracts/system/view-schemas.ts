/** What the system shows, as its answers hold it, member by member. Held against views.ts by the compiler. */
import { z } from 'zod'
import {
  bytes,
  count,
  failure,
  flag,
  localTime,
  share,
  skippedItem,
  snapshotName,
  text,
  texts,
  time,
  uuid,
} from './answer-parts.ts'
import { alertConfigSchema, filtersSchema, performanceSchema, retentionSchema } from './config-settings.ts'
import type {
  LastVerification,
  RepositoryStanding,
  RetentionSimulation,
  SchedulerStatus,
  SecondCopy,
  StatusVerdict,
} from './report-views.ts'
import type { AlertView, ChannelTest, ConfigView, RecoveryPointView, RecoveryRequestView, RunView } from './views.ts'
import {
  AlertSeverity,
  AlertState,
  AlertType,
  BackupFrequency,
  BackupType,
  PointState,
  Priority,
  RecoveryState,
  RecoveryType,
  RunState,
  RunTrigger,
  VerdictReason,
} from './vocabulary.ts'

const sourceKind = text.describe('FILES, or the kind of another source.')
const percent = z.number().min(0).max(100)

const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('MANUAL') }),
  z.strictObject({ kind: z.literal('CRON'), cron: text }),
  z.strictObject({ kind: z.literal('EVERY'), every: text.describe('Such as 15m, 6h or 2d.') }),
  z.strictObject({
    kind: z.literal('FREQUENCY'),
    frequency: z.enum(BackupFrequency),
    time: text.describe('HH:MM in `timezone`.'),
    dayOfWeek: z.int().min(0).max(6).exactOptional().describe('0 is Sunday; of WEEKLY.'),
    dayOfMonth: z.int().min(1).max(31).exactOptional().describe('31 is the last; of MONTHLY.'),
  }),
])

const settings = z.strictObject({
  kind: sourceKind,
  paths: texts.describe('Empty for what is no files.'),
  source: z
    .strictObject({
      label: text.describe('Which source it is, for people.'),
      settings: z.record(text, z.unknown()).describe('Of its kind, without what is secret.'),
    })
    .exactOptional()
    .describe('Absent for files.'),
  databaseLabel: text.exactOptional().describe('Of former versions: the URL of a database, without its password.'),
  type: z.enum(BackupType),
  schedule,
  timezone: text.describe('IANA name.'),
  filters: filtersSchema,
  allowEmpty: flag.exactOptional(),
  retention: retentionSchema.exactOptional().describe('Absent: all points are kept.'),
  performance: performanceSchema,
  alertConfig: alertConfigSchema,
  healthcheckUrl: text.exactOptional().describe('Protocol and host alone.'),
  priority: z.enum(Priority),
  tags: texts,
})

export const configMembers = {
  id: uuid,
  name: text,
  kind: sourceKind,
  enabled: flag,
  generation: z.int().min(1).describe('Grows with each change.'),
  repository: text.describe('Name of the one that its runs write to.'),
  settings,
  createdAt: time,
  updatedAt: time,
  nextRunAt: time.nullable().describe('Null: not by itself.'),
  nextRunLocal: localTime.nullable().describe('The same moment, in `settings.timezone`.'),
  schedulerAlive: flag.describe('False: no process would start it.'),
}
export const config = z
  .strictObject(configMembers)
  .meta({ id: 'Configuration', description: 'What is backed up, when.' }) satisfies z.ZodType<ConfigView>

const runWarning = z
  .strictObject({
    code: text,
    subject: text.describe('A path or a pattern.'),
    line: z.int().min(1).exactOptional().describe('Of an ignore file; absent elsewhere.'),
    why: text.exactOptional().describe('Of an ignore file; absent elsewhere.'),
  })
  .meta({ id: 'RunWarning', description: 'What a run had to say besides.' })

export const run = z
  .strictObject({
    id: uuid,
    configId: uuid,
    configName: text,
    source: text,
    type: z.enum(BackupType),
    trigger: z.enum(RunTrigger),
    state: z.enum(RunState),
    dueAt: time.nullable().describe('Null: by hand.'),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    durationMs: count.nullable(),
    attempts: count,
    snapshot: snapshotName.nullable(),
    stats: z
      .strictObject({
        filesNew: count,
        filesChanged: count,
        filesUnmodified: count,
        bytesProcessed: bytes,
        bytesAdded: bytes,
        bytesStored: bytes,
      })
      .nullable(),
    skipped: z.array(skippedItem),
    warnings: z.array(runWarning),
    progress: z
      .strictObject({ percent: percent.nullable(), filesDone: count, bytesDone: bytes, bytesAdded: bytes })
      .nullable()
      .describe('While it runs.'),
    error: failure.nullable(),
  })
  .meta({ id: 'Run', description: 'A run of a configuration.' }) satisfies z.ZodType<RunView>

export const point = z
  .strictObject({
    id: uuid,
    runId: uuid.nullable().describe('Null: no run of this system made it.'),
    configId: uuid.nullable(),
    source: text,
    repository: text.describe('Name of the one that it lies in.'),
    snapshot: snapshotName,
    createdAt: time,
    type: z.enum(BackupType),
    state: z.enum(PointState),
    isComplete: flag,
    bytes,
    bytesAdded: bytes.describe('New content, before compression.'),
    files: count,
    expiresAt: time.nullable().describe('Null: no age ends it.'),
    keptBecause: texts,
    pinned: flag,
    holds: texts.describe('Ids of the holds that keep it.'),
  })
  .meta({ id: 'Point', description: 'A restore point of the system.' }) satisfies z.ZodType<RecoveryPointView>

export const recovery = z
  .strictObject({
    id: uuid,
    pointId: uuid,
    type: z.enum(RecoveryType),
    targetPath: text.describe('Empty where the target is no folder.'),
    target: z
      .strictObject({ kind: sourceKind, label: text.describe('Which source it is, for people.') })
      .exactOptional()
      .describe('Where it is no folder: what the point is written back into.'),
    priority: z.enum(Priority),
    state: z.enum(RecoveryState),
    progress: percent,
    filesRestored: count,
    bytesRestored: bytes,
    filesVerified: count.describe('Read back and compared.'),
    issues: z.array(skippedItem).describe('The first hundred of what could not be restored.'),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    error: failure.nullable(),
  })
  .meta({ id: 'Recovery', description: 'A restore by the system.' }) satisfies z.ZodType<RecoveryRequestView>

export const alert = z
  .strictObject({
    id: uuid,
    type: z.enum(AlertType),
    severity: z.enum(AlertSeverity),
    state: z.enum(AlertState),
    message: text,
    details: z.record(text, z.unknown()).describe('Facts by name; which ones is not promised.'),
    configId: uuid.nullable(),
    runId: uuid.nullable(),
    count,
    firstSeenAt: time,
    lastSeenAt: time,
    resolvedAt: time.nullable(),
  })
  .meta({ id: 'Alarm', description: 'An alarm.' }) satisfies z.ZodType<AlertView>

export const channelTest = z
  .strictObject({
    channel: text.describe('email, webhook or healthcheck.'),
    title: text,
    about: text.nullable().describe('The configuration whose own address was tried; null: that of the system.'),
    delivered: flag,
    code: text.nullable(),
    cause: text.nullable().describe('Never the address.'),
  })
  .meta({ id: 'ChannelTest', description: 'What came of a test message.' }) satisfies z.ZodType<ChannelTest>

export const scheduler = z
  .strictObject({
    alive: flag.describe('False: nothing starts by itself.'),
    workers: z.array(
      z.strictObject({ id: uuid, host: text, pid: count, role: text, startedAt: time, heartbeatAt: time }),
    ),
    next: z.array(z.strictObject({ configId: uuid, configName: text, dueAt: time, dueLocal: localTime })),
  })
  .meta({
    id: 'Scheduler',
    description: 'Who starts due runs, and what is due next.',
  }) satisfies z.ZodType<SchedulerStatus>

export const simulation = z.strictObject({
  points: z.array(
    z.strictObject({
      pointId: uuid,
      snapshot: snapshotName,
      source: text,
      createdAt: time,
      isKept: flag,
      reasons: texts,
    }),
  ),
}) satisfies z.ZodType<RetentionSimulation>

export const lastVerification = z
  .strictObject({ at: time, readShare: share.describe('Of the stored bytes.'), problems: count })
  .meta({
    id: 'LastVerification',
    description: 'The last verification that is known.',
  }) satisfies z.ZodType<LastVerification>

export const secondCopy = z
  .strictObject({
    location: text,
    at: time.describe('When it was finished.'),
    snapshots: count,
    newestAt: time.nullable().describe('Of the newest point in it.'),
  })
  .meta({
    id: 'SecondCopy',
    description: 'The last finished copy into another repository.',
  }) satisfies z.ZodType<SecondCopy>

export const verdict = z
  .strictObject({
    isGood: flag,
    sentence: text,
    reasons: z.array(z.strictObject({ code: z.enum(VerdictReason), names: texts })),
  })
  .meta({ id: 'Verdict', description: 'Is all well, and if not, why.' }) satisfies z.ZodType<StatusVerdict>

export const repositoryStanding = z
  .strictObject({
    name: text,
    location: text,
    errorCode: text.nullable().describe('Of what kept it from being read; null: it was read.'),
    configs: texts.describe('Enabled configurations that write to it.'),
    lastVerification: lastVerification.nullable().describe('Null: none is known.'),
  })
  .meta({
    id: 'RepositoryStanding',
    description: 'How a repository of the system stands.',
  }) satisfies z.ZodType<RepositoryStanding>
