/**
 * Every call of the system: what it takes, what it gives, which errors it can answer, the right that it takes, how it
 * is asked for by HTTP, and what the audit log says of it. The library, the local socket and the command line go
 * through this table, so that they mean the same. Inputs are one JSON object each.
 */
import { z } from 'zod'
import { BackupError } from '../../kernel/backup-error.ts'
import { isStorable, textFault, textsIn } from '../../kernel/text.ts'
import { SINGLE_ACTS } from '../single-acts.ts'
import { count, flag, text, uuid, yes } from './answer-parts.ts'
import type { CallData } from './call-data.ts'
import { callForm } from './call-forms.ts'
import { acts, type CallSpec, REPOSITORY_ERRORS, reads } from './call-spec.ts'
import { configInputSchema, configPatchSchema, retentionSchema } from './config-settings.ts'
import {
  auditPage,
  foundEntries,
  keyring,
  pointDifferences,
  pointListing,
  pruned,
  repositoryView,
  systemSettings,
  verification,
} from './inspection-schemas.ts'
import { auditVerdict, health, holdView, metrics, realTime, rebuilt, status, storedFile } from './report-schemas.ts'
import { type OpenCallInput, type OpenCallName, STREAM_CALLS, type StreamCallName } from './stream-calls.ts'
import { listBackupsFilterSchema, momentSchema, paginationSchema, recoveryOptionsSchema } from './system-config.ts'
import { parseOptions, schemaPaths } from './validation.ts'
import { alert, channelTest, config, point, recovery, run, scheduler, simulation } from './view-schemas.ts'
import { AlertSeverity, AlertType, RecoveryType } from './vocabulary.ts'

const id = z.string().min(1)
const userId = z.string().min(1).max(200).optional()
const nothing = z.strictObject({})
const limit = z.number().int().min(1).max(10_000).optional()
/** What a command says of its act: names are cut, lists are. */
const actFact = z.union([z.string().max(200), z.number(), z.boolean(), z.array(z.string().max(200)).max(100)])
const named = { config: ['CONFIG_NOT_FOUND'], run: ['RUN_NOT_FOUND'], request: ['REQUEST_NOT_FOUND'] } as const
/** Of the file with a repository's own key. */
const KEY_ERRORS = ['KEY_MISSING', 'KEY_REFUSED', 'KEY_WEAK', 'KEY_PLACEHOLDER', 'KEY_FILE_UNREADABLE'] as const
/** As commands call it: no path, and no URL. */
const repositoryName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i)
/** Of a configuration that is saved: what it backs up is looked at, and it is written into the repository. */
const SAVE_ERRORS = [
  'CONFIG_EXISTS',
  'SOURCE_UNREADABLE',
  'SOURCE_FAILED',
  'SOURCE_NOT_AVAILABLE',
  'REPOSITORY_UNKNOWN',
  ...KEY_ERRORS,
  ...REPOSITORY_ERRORS,
] as const
const POINT_ERRORS = [
  'POINT_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
  'ID_AMBIGUOUS',
  'REPOSITORY_UNKNOWN',
  ...KEY_ERRORS,
  ...REPOSITORY_ERRORS,
] as const
const ADD_ERRORS = [
  'ALREADY_EXISTS',
  'REPOSITORY_EXISTS',
  'TARGET_REFUSED',
  'SOURCE_NOT_AVAILABLE',
  'STORAGE_LATE',
  ...KEY_ERRORS,
  ...REPOSITORY_ERRORS,
] as const
const RECOVERY_ERRORS = [
  ...(['POINT_NOT_FOUND', 'ID_AMBIGUOUS', 'SOURCE_FAILED', 'SOURCE_NOT_AVAILABLE', 'TARGET_REFUSED'] as const),
  'REPOSITORY_UNKNOWN',
  ...KEY_ERRORS,
  ...REPOSITORY_ERRORS,
] as const
const RETENTION_ERRORS = [...named.config, 'SNAPSHOT_PROTECTED', 'WORKER_LOST', ...REPOSITORY_ERRORS] as const

/** One answer each. */
export const CALLS = {
  'config.create': acts({
    ...{ right: 'config.write', http: 'POST /configs', action: 'config.create' },
    input: z.strictObject({ config: configInputSchema, userId }),
    output: config,
    errors: SAVE_ERRORS,
    about: (input) => `config:${String(input.config?.name)}`,
  }),
  'config.update': acts({
    ...{ right: 'config.write', http: 'PATCH /configs/{id}', action: 'config.update' },
    input: z.strictObject({ id, patch: configPatchSchema, userId }),
    output: config,
    errors: [...named.config, ...SAVE_ERRORS],
    about: (input) => `config:${input.id}`,
  }),
  'config.delete': acts({
    ...{ right: 'config.write', http: 'DELETE /configs/{id}', action: 'config.delete' },
    input: z.strictObject({ id, userId }),
    output: z.strictObject({ deleted: yes }),
    errors: [...named.config, ...REPOSITORY_ERRORS],
    about: (input) => `config:${input.id}`,
  }),
  'config.get': reads({
    ...{ right: 'config.read', http: 'GET /configs/{id}' },
    input: z.strictObject({ id }),
    output: config,
    errors: named.config,
  }),
  'config.list': reads({
    ...{ right: 'config.read', http: 'GET /configs' },
    input: nothing,
    output: z.array(config),
  }),
  /** With what the system says where the configuration does not. */
  'config.effective': reads({
    ...{ right: 'config.read', http: 'GET /configs/{id}/effective' },
    input: z.strictObject({ id }),
    output: config,
    errors: named.config,
  }),
  'backup.execute': acts({
    ...{ right: 'backup.run', http: 'POST /configs/{configId}/runs', action: 'backup.run' },
    input: z.strictObject({ configId: id, userId }),
    output: uuid.describe('Id of the run.'),
    errors: named.config,
    about: ({ configId }) => `config:${configId}`,
  }),
  'backup.cancel': acts({
    ...{ right: 'backup.cancel', http: 'POST /runs/{runId}/cancel', action: 'backup.cancel' },
    input: z.strictObject({ runId: id, userId }),
    output: run,
    errors: named.run,
    about: ({ runId }) => `run:${runId}`,
  }),
  'backup.get': reads({
    ...{ right: 'backup.read', http: 'GET /runs/{runId}' },
    input: z.strictObject({ runId: id }),
    output: run,
    errors: named.run,
  }),
  'backup.wait': reads({
    ...{ right: 'backup.read', http: 'GET /runs/{runId}/end' },
    input: z.strictObject({ runId: id }),
    output: run,
    errors: [...named.run, 'NO_WORKER'],
  }),
  'backup.list': reads({
    ...{ right: 'backup.read', http: 'GET /runs' },
    input: z.strictObject({ filters: listBackupsFilterSchema.optional(), pagination: paginationSchema.optional() }),
    output: z.strictObject({ items: z.array(run), total: count, page: count, limit: count }),
  }),
  'retention.simulate': reads({
    ...{ right: 'point.read', http: 'POST /retention/simulate' },
    input: z.strictObject({ configId: id.optional(), policy: retentionSchema.optional() }),
    output: simulation,
    errors: RETENTION_ERRORS,
  }),
  'retention.apply': acts({
    ...{ right: 'point.delete', http: 'POST /retention/apply', action: 'retention.apply' },
    input: z.strictObject({ configId: id.optional(), userId }),
    output: simulation,
    errors: RETENTION_ERRORS,
    about: ({ configId }) => (configId === undefined ? 'retention:all' : `config:${configId}`),
  }),
  'scheduler.status': reads({ right: 'status.read', http: 'GET /scheduler', input: nothing, output: scheduler }),
  'system.status': reads({ right: 'status.read', http: 'GET /status', input: nothing, output: status }),
  'monitor.realTime': reads({
    ...{ right: 'status.read', http: 'GET /metrics/now' },
    input: nothing,
    output: realTime,
    errors: REPOSITORY_ERRORS,
  }),
  'monitor.metrics': reads({
    ...{ right: 'status.read', http: 'GET /metrics' },
    input: z.strictObject({ period: z.union([z.string(), z.strictObject({ from: momentSchema, to: momentSchema })]) }),
    output: metrics,
  }),
  'monitor.alerts': reads({
    ...{ right: 'status.read', http: 'GET /alerts' },
    input: nothing,
    output: z.array(alert),
  }),
  'monitor.createAlert': acts({
    ...{ right: 'alert.create', http: 'POST /alerts', action: 'alert.create' },
    input: z.strictObject({
      type: z.enum(AlertType),
      severity: z.enum(AlertSeverity),
      message: z.string().min(1).max(2000),
      userId,
    }),
    output: alert,
    about: ({ type }) => `alert:${type}`,
  }),
  'monitor.acknowledge': acts({
    ...{ right: 'alert.ack', http: 'POST /alerts/{alertId}/acknowledge', action: 'alert.acknowledge' },
    input: z.strictObject({ alertId: id, userId }),
    output: alert,
    errors: ['ALERT_NOT_FOUND', 'ID_AMBIGUOUS'],
    about: ({ alertId }) => `alert:${alertId}`,
  }),
  'monitor.testChannels': acts({
    ...{ right: 'channel.test', http: 'POST /channels/test', action: 'alert.test' },
    input: z.strictObject({ channel: z.string().min(1).max(40).optional(), userId }),
    output: z.array(channelTest),
    errors: ['NOT_FOUND'],
    about: ({ channel }) => `channel:${channel ?? 'all'}`,
  }),
  'monitor.health': reads({ right: 'status.read', http: 'GET /health', input: nothing, output: health }),
  'recover.create': acts({
    ...{ right: 'recovery.request', http: 'POST /recoveries', action: 'recovery.request' },
    input: z.strictObject({ backupId: id, type: z.enum(RecoveryType), options: recoveryOptionsSchema, userId }),
    output: recovery,
    errors: RECOVERY_ERRORS,
    about: ({ backupId }) => `point:${backupId}`,
  }),
  'recover.status': reads({
    ...{ right: 'recovery.read', http: 'GET /recoveries/{requestId}' },
    input: z.strictObject({ requestId: id }),
    output: recovery,
    errors: named.request,
  }),
  'recover.cancel': acts({
    ...{ right: 'recovery.cancel', http: 'POST /recoveries/{requestId}/cancel', action: 'recovery.cancel' },
    input: z.strictObject({ requestId: id, userId }),
    output: recovery,
    errors: named.request,
    about: ({ requestId }) => `recovery:${requestId}`,
  }),
  'recover.points': reads({
    ...{ right: 'point.read', http: 'GET /points' },
    input: z.strictObject({ configId: id.optional() }),
    output: z.array(point),
    errors: REPOSITORY_ERRORS,
  }),
  'recover.pin': acts({
    ...{ right: 'point.pin', http: 'PUT /points/{pointId}/pin', action: 'point.pin' },
    input: z.strictObject({ pointId: id, reason: z.string().optional(), userId }),
    output: point,
    errors: POINT_ERRORS,
    about: ({ pointId }) => `point:${pointId}`,
  }),
  'recover.unpin': acts({
    ...{ right: 'point.pin', http: 'DELETE /points/{pointId}/pin', action: 'point.unpin' },
    input: z.strictObject({ pointId: id, userId }),
    output: point,
    errors: POINT_ERRORS,
    about: ({ pointId }) => `point:${pointId}`,
  }),
  'recover.addHold': acts({
    ...{ right: 'hold.manage', http: 'POST /holds', action: 'hold.add' },
    input: z.strictObject({
      pointId: id.optional(),
      source: z.string().optional(),
      until: momentSchema.optional(),
      reason: z.string().min(1),
      userId,
    }),
    output: holdView,
    errors: POINT_ERRORS,
    about: ({ pointId, source }) => `hold:${pointId ?? source ?? 'all'}`,
    facts: ({ until }) => ({ until }),
  }),
  'recover.liftHold': acts({
    ...{ right: 'hold.manage', http: 'DELETE /holds/{holdId}', action: 'hold.lift' },
    input: z.strictObject({ holdId: id, userId }),
    output: z.strictObject({ lifted: yes }),
    errors: ['NOT_FOUND', 'ID_AMBIGUOUS', ...REPOSITORY_ERRORS],
    about: ({ holdId }) => `hold:${holdId}`,
  }),
  'point.browse': reads({
    ...{ right: 'point.browse', http: 'GET /points/{pointId}/entries' },
    input: z.strictObject({
      pointId: id,
      path: z.string().min(1).optional(),
      recursive: z.boolean().optional(),
      limit,
    }),
    output: pointListing,
    errors: ['NOT_FOUND', ...POINT_ERRORS],
  }),
  'point.find': reads({
    ...{ right: 'point.browse', http: 'GET /entries' },
    input: z.strictObject({
      pattern: z.string().min(1),
      pointId: id.optional(),
      exact: z.boolean().optional(),
      limit,
    }),
    output: foundEntries,
    errors: POINT_ERRORS,
  }),
  'point.diff': reads({
    ...{ right: 'point.browse', http: 'GET /points/{pointId}/differences/{otherId}' },
    input: z.strictObject({ pointId: id, otherId: id, limit }),
    output: pointDifferences,
    errors: POINT_ERRORS,
  }),
  'repository.list': reads({
    ...{ right: 'repository.read', http: 'GET /repositories' },
    input: nothing,
    output: z.array(repositoryView),
  }),
  'repository.add': acts({
    ...{ right: 'repository.manage', http: 'POST /repositories', action: 'repository.add' },
    input: z.strictObject({
      name: repositoryName,
      location: z.string().min(1),
      keyFile: z.string().min(1).optional(),
      init: z.boolean().optional(),
      userId,
    }),
    output: repositoryView,
    errors: ADD_ERRORS,
    about: ({ name }) => `repository:${name}`,
    facts: ({ init }) => ({ init: init === true }),
  }),
  /** Forgets it; what is stored there stays. */
  'repository.remove': acts({
    ...{ right: 'repository.manage', http: 'DELETE /repositories/{name}', action: 'repository.remove' },
    input: z.strictObject({ name: z.string().min(1), userId }),
    output: z.strictObject({ name: text, location: text, points: count }),
    errors: ['REPOSITORY_UNKNOWN', 'REPOSITORY_IN_USE', ...REPOSITORY_ERRORS],
    about: ({ name }) => `repository:${name}`,
  }),
  /** The configuration's next runs write there. */
  'repository.use': acts({
    ...{ right: 'config.write', http: 'PUT /configs/{configId}/repository', action: 'repository.use' },
    input: z.strictObject({ configId: id, repository: z.string().min(1), userId }),
    output: config,
    errors: [...named.config, ...SAVE_ERRORS],
    about: ({ configId }) => `config:${configId}`,
    facts: ({ repository }) => ({ repository }),
  }),
  /** Reads what is stored; points whose data is all there are proven by a whole one. */
  'repository.verify': acts({
    ...{ right: 'repository.manage', http: 'POST /repository/verify', action: 'repository.verify' },
    input: z.strictObject({
      readShare: z.number().min(0).max(1).optional(),
      repository: z.string().min(1).optional(),
      userId,
    }),
    output: verification,
    errors: ['WORKER_LOST', 'REPOSITORY_UNKNOWN', ...KEY_ERRORS, ...REPOSITORY_ERRORS],
    about: ({ repository }) => `repository:${repository ?? 'data'}`,
  }),
  /** Frees what no snapshot, pin or hold needs. */
  'repository.prune': acts({
    ...{ right: 'repository.manage', http: 'POST /repository/prune', action: 'repository.prune' },
    input: z.strictObject({ dryRun: flag.optional(), repository: z.string().min(1).optional(), userId }),
    output: pruned,
    errors: ['WORKER_LOST', 'REPOSITORY_UNKNOWN', ...KEY_ERRORS, ...REPOSITORY_ERRORS],
    about: ({ repository }) => `repository:${repository ?? 'data'}`,
    facts: ({ dryRun }) => ({ dryRun }),
  }),
  'key.list': reads({
    ...{ right: 'key.read', http: 'GET /keys' },
    input: z.strictObject({ repository: z.string().min(1).optional() }),
    output: keyring,
    errors: ['REPOSITORY_UNKNOWN', ...KEY_ERRORS, ...REPOSITORY_ERRORS],
  }),
  'storage.delete': acts({
    ...{ right: 'file.write', http: 'DELETE /files', action: 'storage.delete' },
    input: z.strictObject({ path: z.string(), userId }),
    output: z.strictObject({ deleted: flag }),
    errors: REPOSITORY_ERRORS,
    about: ({ path }) => `user:${path}`,
  }),
  'storage.list': reads({
    ...{ right: 'file.read', http: 'GET /files' },
    input: z.strictObject({ prefix: z.string().optional() }),
    output: z.array(storedFile),
    errors: REPOSITORY_ERRORS,
  }),
  'storage.exists': reads({
    ...{ right: 'file.read', http: 'GET /files/exists' },
    input: z.strictObject({ path: z.string() }),
    output: flag,
    errors: REPOSITORY_ERRORS,
  }),
  'audit.verify': reads({
    ...{ right: 'audit.read', http: 'GET /audit/verdict' },
    input: nothing,
    output: auditVerdict,
    errors: REPOSITORY_ERRORS,
  }),
  'audit.entries': reads({
    ...{ right: 'audit.read', http: 'GET /audit/entries' },
    input: z.strictObject({ before: z.number().int().min(1).optional(), limit }),
    output: auditPage,
  }),
  'audit.export': acts({
    ...{ right: 'audit.export', http: 'POST /audit/export', action: 'audit.export' },
    input: z.strictObject({ from: momentSchema.optional(), to: momentSchema.optional(), userId }),
    output: text.describe('JSON lines.'),
    errors: REPOSITORY_ERRORS,
    about: () => 'audit:log',
  }),
  /** Writes the entry that it is given: of what a command did to the repository without the system. */
  'audit.note': reads({
    ...{ right: 'audit.write', http: 'POST /audit/entries' },
    input: z.strictObject({
      action: z.enum(SINGLE_ACTS),
      resource: z.string().min(1).max(4000),
      result: z.enum(['SUCCESS', 'REFUSED', 'FAILED']),
      details: z.record(z.string().max(100), actFact).optional(),
      userId,
    }),
    output: z.strictObject({ noted: yes }),
    errors: REPOSITORY_ERRORS,
  }),
  /** What the system goes by, and where each value comes from. */
  'system.settings': reads({
    ...{ right: 'status.read', http: 'GET /system/settings' },
    input: nothing,
    output: systemSettings,
  }),
  'system.acceptClock': acts({
    ...{ right: 'system.manage', http: 'POST /system/clock/accept', action: 'system.acceptClock' },
    input: z.strictObject({ userId }),
    output: z.strictObject({ accepted: yes }),
    about: () => 'system:clock',
  }),
  /**
   * Writes its own entry, at the end of the log that it brings back: one for a failed attempt would begin another log.
   */
  'system.rebuild': reads({
    ...{ right: 'system.manage', http: 'POST /system/rebuild' },
    input: z.strictObject({ userId, force: z.boolean().optional() }),
    output: rebuilt,
    errors: ['CONFIG_EXISTS', 'DATABASE_NOT_EMPTY', 'DATABASE_NOT_INITIALIZED', 'KEY_MISSING', ...REPOSITORY_ERRORS],
  }),
} as const satisfies { readonly [Name in keyof CallData]: CallSpec<z.ZodType, z.ZodType<CallData[Name]>> }

/** The one table: whoever serves calls goes through it. */
export const CALL_TABLE: Readonly<Record<CallName | StreamCallName, CallSpec>> = { ...CALLS, ...STREAM_CALLS }

export type CallName = keyof typeof CALLS
export type CallInput<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>

/**
 * The input as its call takes it. Throws CONFIG_INVALID naming the member, what is wrong with it and the accepted form.
 */
export function parseCall<Name extends CallName>(name: Name, input: unknown): CallInput<Name>
export function parseCall<Name extends OpenCallName>(name: Name, input: unknown): OpenCallInput<Name>
export function parseCall(name: CallName | OpenCallName, input: unknown): unknown {
  refuseUnstorable(name, input)
  const schema: z.ZodType = CALL_TABLE[name].input
  const options = Object.fromEntries(
    [...schemaPaths(schema)].map((path) => [path, { accepted: callForm(name, path)! }]),
  )
  // Options of a configuration are named as its author wrote them.
  return parseOptions(schema, input, { options, whole: 'input', within: /^(config|patch)\./ })
}

/** Names of files and what stands for them: a file system takes controls in them. */
const IS_PATH = /(^|\.)(path|paths|prefix|pattern|targetPath|includePatterns|excludePatterns)(\[\d+\])?$/

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
