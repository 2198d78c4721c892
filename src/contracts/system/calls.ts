/**
 * Every call of the system: what it takes, what it gives, what the audit log says of it. The library, the local socket
 * and the command line go through this table, so that they mean the same. Inputs are one JSON object each.
 */
import { z } from 'zod'
import { BackupError } from '../../kernel/backup-error.ts'
import { isStorable, textFault, textsIn } from '../../kernel/text.ts'
import { SINGLE_ACTS } from '../single-acts.ts'
import { callForm } from './call-forms.ts'
import { type ConfigInput, type ConfigPatch, retentionSchema } from './config-settings.ts'
import type { Page } from './result.ts'
import { listBackupsFilterSchema, momentSchema, paginationSchema, recoveryOptionsSchema } from './system-config.ts'
import { parseOptions, schemaPaths } from './validation.ts'
import type {
  AlertView,
  AuditVerdict,
  BackupMetrics,
  ChannelTest,
  ConfigView,
  HealthReport,
  HoldView,
  RealTimeMetrics,
  RebuildSummary,
  RecoveryPointView,
  RecoveryRequestView,
  RetentionSimulation,
  RunView,
  SchedulerStatus,
  StoredFile,
  SystemStatus,
} from './views.ts'
import { AlertSeverity, AlertType, RecoveryType } from './vocabulary.ts'

const id = z.string().min(1)
const userId = z.string().min(1).max(200).optional()

/**
 * `action` names the entry in the audit log; a call without one only reads. `about` names the resource from the input.
 */
interface CallSpec<Input extends z.ZodType> {
  readonly input: Input
  readonly action?: string
  readonly about?: (input: z.output<Input>) => string
}

function reads<Input extends z.ZodType>(input: Input): CallSpec<Input> {
  return { input }
}

function acts<Input extends z.ZodType>(
  action: string,
  input: Input,
  about: (input: z.output<Input>) => string,
): CallSpec<Input> {
  return { action, input, about }
}

const nothing = z.strictObject({})
/** What a command says of its act: names are cut, lists are. */
const actFact = z.union([z.string().max(200), z.number(), z.boolean(), z.array(z.string().max(200)).max(100)])
/** Taken as they are: the use case validates them itself and names what is wrong by the option's own path. */
const config = z.custom<ConfigInput>()
const patch = z.custom<ConfigPatch>()

export const CALLS = {
  'config.create': acts(
    'config.create',
    z.strictObject({ config, userId }),
    (input) => `config:${String(input.config?.name)}`,
  ),
  'config.update': acts('config.update', z.strictObject({ id, patch, userId }), (input) => `config:${input.id}`),
  'config.delete': acts('config.delete', z.strictObject({ id, userId }), (input) => `config:${input.id}`),
  'config.get': reads(z.strictObject({ id })),
  'config.list': reads(nothing),
  'backup.execute': acts(
    'backup.run',
    z.strictObject({ configId: id, userId }),
    ({ configId }) => `config:${configId}`,
  ),
  'backup.cancel': acts('backup.cancel', z.strictObject({ runId: id, userId }), ({ runId }) => `run:${runId}`),
  'backup.get': reads(z.strictObject({ runId: id })),
  'backup.wait': reads(z.strictObject({ runId: id })),
  'backup.list': reads(
    z.strictObject({ filters: listBackupsFilterSchema.optional(), pagination: paginationSchema.optional() }),
  ),
  'retention.simulate': reads(z.strictObject({ configId: id.optional(), policy: retentionSchema.optional() })),
  'retention.apply': acts('retention.apply', z.strictObject({ configId: id.optional(), userId }), ({ configId }) =>
    configId === undefined ? 'retention:all' : `config:${configId}`,
  ),
  'scheduler.status': reads(nothing),
  'system.status': reads(nothing),
  'monitor.realTime': reads(nothing),
  'monitor.metrics': reads(
    z.strictObject({ period: z.union([z.string(), z.strictObject({ from: momentSchema, to: momentSchema })]) }),
  ),
  'monitor.alerts': reads(nothing),
  'monitor.createAlert': acts(
    'alert.create',
    z.strictObject({
      type: z.enum(AlertType),
      severity: z.enum(AlertSeverity),
      message: z.string().min(1).max(2000),
      userId,
    }),
    ({ type }) => `alert:${type}`,
  ),
  'monitor.acknowledge': acts(
    'alert.acknowledge',
    z.strictObject({ alertId: id, userId }),
    ({ alertId }) => `alert:${alertId}`,
  ),
  'monitor.testChannels': acts(
    'alert.test',
    z.strictObject({ channel: z.string().min(1).max(40).optional(), userId }),
    ({ channel }) => `channel:${channel ?? 'all'}`,
  ),
  'monitor.health': reads(nothing),
  'recover.create': acts(
    'recovery.request',
    z.strictObject({ backupId: id, type: z.enum(RecoveryType), options: recoveryOptionsSchema, userId }),
    ({ backupId }) => `point:${backupId}`,
  ),
  'recover.status': reads(z.strictObject({ requestId: id })),
  'recover.cancel': acts(
    'recovery.cancel',
    z.strictObject({ requestId: id, userId }),
    ({ requestId }) => `recovery:${requestId}`,
  ),
  'recover.points': reads(z.strictObject({ configId: id.optional() })),
  'recover.pin': acts(
    'point.pin',
    z.strictObject({ pointId: id, reason: z.string().optional(), userId }),
    ({ pointId }) => `point:${pointId}`,
  ),
  'recover.unpin': acts('point.unpin', z.strictObject({ pointId: id, userId }), ({ pointId }) => `point:${pointId}`),
  'recover.addHold': acts(
    'hold.add',
    z.strictObject({
      pointId: id.optional(),
      source: z.string().optional(),
      until: momentSchema.optional(),
      reason: z.string().min(1),
      userId,
    }),
    ({ pointId, source }) => `hold:${pointId ?? source ?? 'all'}`,
  ),
  'recover.liftHold': acts('hold.lift', z.strictObject({ holdId: id, userId }), ({ holdId }) => `hold:${holdId}`),
  'storage.delete': acts('storage.delete', z.strictObject({ path: z.string(), userId }), ({ path }) => `user:${path}`),
  'storage.list': reads(z.strictObject({ prefix: z.string().optional() })),
  'storage.exists': reads(z.strictObject({ path: z.string() })),
  'audit.verify': reads(nothing),
  'audit.export': acts(
    'audit.export',
    z.strictObject({ from: momentSchema.optional(), to: momentSchema.optional(), userId }),
    () => 'audit:log',
  ),
  /** Writes the entry that it is given: of what a command did to the repository without the system. */
  'audit.note': reads(
    z.strictObject({
      action: z.enum(SINGLE_ACTS),
      resource: z.string().min(1).max(4000),
      result: z.enum(['SUCCESS', 'REFUSED', 'FAILED']),
      details: z.record(z.string().max(100), actFact).optional(),
      userId,
    }),
  ),
  'system.acceptClock': acts('system.acceptClock', z.strictObject({ userId }), () => 'system:clock'),
  /**
   * Writes its own entry, at the end of the log that it brings back: one for a failed attempt would begin another log.
   */
  'system.rebuild': reads(z.strictObject({ userId, force: z.boolean().optional() })),
} as const

export type CallName = keyof typeof CALLS
export type CallInput<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>

/**
 * The input as its call takes it. Throws CONFIG_INVALID naming the member, what is wrong with it and the accepted form.
 */
export function parseCall<Name extends CallName>(name: Name, input: unknown): CallInput<Name> {
  refuseUnstorable(name, input)
  const schema: z.ZodType = CALLS[name].input
  const options = Object.fromEntries(
    [...schemaPaths(schema)].map((path) => [path, { accepted: callForm(name, path)! }]),
  )
  return parseOptions(schema, input, { options, whole: 'input' }) as CallInput<Name>
}

/** Names of files and what stands for them: a file system takes controls in them. */
const IS_PATH = /(^|\.)(path|paths|prefix|targetPath|includePatterns|excludePatterns)(\[\d+\])?$/

/** What a database does not take is refused before it gets anywhere: in a signed record it would be there for ever. */
function refuseUnstorable(name: string, input: unknown): void {
  for (const { path, text } of textsIn(input)) {
    const isPath = IS_PATH.test(path)
    if (isPath ? isStorable(text) : textFault(text) === undefined) continue
    const why = isPath
      ? 'it has a character that no path has'
      : 'it holds a NUL, half a character or a control character'
    const accepted = callForm(name, path.replace(/\[\d+\]/g, '[]'))?.en ?? 'text without control characters'
    throw new BackupError('CONFIG_INVALID', `${path || 'input'}: ${why}.`, {
      context: { path: (path || 'input').replace(/^(config|patch)\./, ''), why, accepted },
    })
  }
}

/** What each call gives as `data`. */
export interface CallData {
  'config.create': ConfigView
  'config.update': ConfigView
  'config.delete': { readonly deleted: true }
  'config.get': ConfigView
  'config.list': readonly ConfigView[]
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
  'storage.delete': { readonly deleted: boolean }
  'storage.list': readonly StoredFile[]
  'storage.exists': boolean
  'audit.verify': AuditVerdict
  /** JSON lines. */
  'audit.export': string
  'audit.note': { readonly noted: true }
  'system.acceptClock': { readonly accepted: true }
  'system.rebuild': RebuildSummary
}
