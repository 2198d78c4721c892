/** Answers of the commands of the system, of the machine and of the first proof. */
import { z } from 'zod'
import {
  type AuditVerdict,
  type ProtectedThing,
  type RebuildSummary,
  repositoryView,
  type SystemStatus,
} from '../../contracts/system/index.ts'
import { CHECK_IDS, Severity, SubjectKind } from '../doctor/catalog.ts'
import {
  bytes,
  carried,
  count,
  fingerprint,
  flag,
  localTime,
  no,
  oddPoint,
  rebuiltCounts,
  snapshotName,
  systemSettings,
  text,
  texts,
  time,
  uuid,
  warning,
  yes,
} from './parts.ts'
import {
  alert,
  channelTest,
  config,
  configMembers,
  lastVerification,
  point,
  recovery,
  repositoryStanding,
  run,
  scheduler,
  secondCopy,
  simulation,
  verdict,
} from './system-parts.ts'

const savedConfig = z.strictObject({ ...configMembers, warnings: z.array(warning) })

const statusConfig = z
  .strictObject({
    id: uuid,
    name: text,
    enabled: flag,
    nextRunLocal: localTime.nullable(),
    lastRun: run.nullable(),
    lastGoodAt: time.nullable().describe('When its last complete run ended.'),
    newestGoodAt: time.nullable().describe('Of its newest good restore point that is still there.'),
    newestAt: time.nullable().describe('Of its newest restore point, good or not.'),
  })
  .meta({ id: 'StatusConfiguration', description: 'How a configuration stands.' }) satisfies z.ZodType<
  SystemStatus['configs'][number]
>

const status = z.strictObject({
  verdict,
  repository: text.describe('Where it is.'),
  database: text.nullable().describe('Where it is, without a password; null: no system was set up here.'),
  scheduler: scheduler.nullable().describe('Null: no system was set up here.'),
  configs: z.array(statusConfig),
  running: z.array(run),
  alerts: z.array(alert),
  sources: z
    .array(
      z.strictObject({
        name: text,
        newestGoodAt: time.nullable(),
        newestAt: time.nullable(),
      }) satisfies z.ZodType<ProtectedThing>,
    )
    .nullable()
    .describe('Of the repository, where no configuration is; else null.'),
  oddPoints: z.array(oddPoint),
  lastVerification: lastVerification.nullable().describe('Null: none is known.'),
  secondCopy: secondCopy
    .nullable()
    .describe('Null: none is known. Beside a repositoryError: as this machine knew it from before.'),
  repositoryError: text.nullable().describe('Code of the error that kept the (first) repository from being read.'),
  repositories: z
    .array(repositoryStanding)
    .describe('Of the system, the first one first; none where no configuration is.'),
})

export const check = z
  .strictObject({
    id: z.enum(CHECK_IDS).describe('Stable; later versions may add some.'),
    severity: z.enum(Severity),
    message: text.describe("What was looked at and found, in the reader's language."),
    remedy: text.nullable().describe('What to do or to paste; null where it is OK.'),
    about: z
      .array(z.strictObject({ kind: z.enum(SubjectKind), name: text }))
      .describe('Object keys, snapshots, configurations, channels, paths and codes that it speaks of.'),
  })
  .meta({ id: 'Check', description: 'A finding of doctor or of service status.' })

const problem = z.strictObject({ sequence: count.nullable(), what: text })
const auditMembers = { isIntact: flag, entries: count, head: text, problems: z.array(problem) }
const lost = z.strictObject({
  locations: texts,
  entries: count.describe('Audit entries that had been closed only there.'),
  from: count.nullable(),
  to: count.nullable(),
})
const systemAudit = z.strictObject({
  ...auditMembers,
  segments: count,
  closedAnew: z.array(lost).describe('In the place of a lost repository; no fault.'),
}) satisfies z.ZodType<AuditVerdict>
const fileAudit = z.strictObject({ ...auditMembers, tenant: text, from: count, to: count })

const rebuilt = z.strictObject({
  ...rebuiltCounts,
  configsLeftDisabled: texts.describe('They came by a copy, and their first system may still be at work.'),
  unstorable: texts.describe('Records with text that no database takes.'),
  lost: lost.exactOptional().describe('The repository in whose place this one stands.'),
  carried: z
    .array(carried)
    .describe('Pins and holds that the database knew and the repository did not have: written into it.'),
  notCarried: z.array(carried).describe('Those on snapshots that the repository does not have.'),
  copiedUntil: text
    .exactOptional()
    .describe('A copy of a repository unknown here: pins and holds made there since this time may be missing.'),
  repositoriesNotOpened: z
    .array(z.strictObject({ name: text, location: text, errorCode: text }))
    .describe('Further ones of the system: registered, and their points come once they can be opened.'),
}) satisfies z.ZodType<RebuildSummary>

const shownSettings = z.strictObject({
  settings: systemSettings,
  warnings: z.array(warning),
})

const provenState = z.strictObject({
  snapshot: snapshotName,
  items: count,
  bytesProcessed: bytes,
  bytesStored: bytes,
  durationMs: count,
  skippedCount: count,
  movingCount: count.describe('Changed during the backup: not compared.'),
})
const proof = z.strictObject({
  proven: yes,
  repository: text.describe('Where it is.'),
  keyFile: text,
  fingerprint,
  states: z.array(provenState),
  restoreBytesPerSecond: z.array(count),
  damagedPath: text.describe('What the verification named after one bit was turned.'),
})

const stopped = z.strictObject({ stopped: yes })

export const SYSTEM_ANSWERS = {
  quickstart: z.union([proof, z.strictObject({ proven: no, why: text })]),
  run,
  runs: z.strictObject({ runs: z.array(run), total: count.describe('Also those that are not listed.') }),
  points: z.strictObject({ points: z.array(point), total: count.describe('Also those that are not listed.') }),
  schedule: z.union([scheduler, simulation]),
  status,
  alerts: z.strictObject({ alerts: z.array(alert).describe('Open ones; with --acknowledge that one.') }),
  'alerts test': z.strictObject({ tests: z.array(channelTest) }),
  recover: recovery,
  serve: stopped,
  worker: stopped,
  'service install': z.strictObject({
    dryRun: flag,
    home: text,
    steps: z.array(z.strictObject({ kind: z.enum(['account', 'folder', 'file', 'key']), target: text })),
    isStarted: flag,
    missing: z.array(check).describe('What still keeps it from working.'),
  }),
  'service status': z.strictObject({ checks: z.array(check) }),
  'service remove': z.strictObject({ dryRun: flag, files: texts.describe('Taken away.') }),
  'repository add': repositoryView,
  'repository list': z.strictObject({ repositories: z.array(repositoryView) }),
  'repository use': savedConfig,
  'repository remove': z.strictObject({
    name: text,
    location: text,
    points: count.describe('So many are listed no more.'),
    removed: yes,
  }),
  'config add': savedConfig,
  'config list': z.strictObject({ configs: z.array(config) }),
  'config show': z.union([config, shownSettings]),
  'config edit': savedConfig,
  'config remove': z.strictObject({ id: uuid, name: text, removed: yes, warnings: z.array(warning) }),
  'config enable': savedConfig,
  'config disable': savedConfig,
  'audit verify': z.union([systemAudit, fileAudit]),
  'audit export': z.strictObject({ file: text, entries: count }),
  'system accept-clock': z.strictObject({ accepted: yes }),
  'system init-db': z.strictObject({ initialized: flag.describe('False: the tables were there already.') }),
  'system move-home': z.strictObject({
    from: text,
    to: text,
    left: texts.describe('Names that stay where they were.'),
  }),
  'system rebuild': rebuilt,
  completion: z.strictObject({
    shell: z.enum(['bash', 'zsh', 'fish']),
    script: text.describe('For that shell to load.'),
  }),
  doctor: z.strictObject({ checks: z.array(check) }),
} as const
