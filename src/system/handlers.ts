/** Which use case answers which call. */
import { Readable } from 'node:stream'

import { warningOf } from '../contracts/system/index.ts'
import { acceptClock } from '../engine/index.ts'
import { nowMs } from '../kernel/clock.ts'
import { evaluateRules, testChannels } from '../services/alarms/index.ts'
import { exportAudit, listAuditEntries, verifyAudit } from '../services/audit/index.ts'
import {
  createConfig,
  deleteConfig,
  effectiveConfig,
  getConfig,
  listConfigs,
  updateConfig,
} from '../services/configs/index.ts'
import { applyRetention, pruneRepository, simulateRetention, verifyShare } from '../services/execution/index.ts'
import { browsePoint, diffPoints, dumpPoint, findInPoints, listKeys } from '../services/inspection/index.ts'
import {
  acknowledgeAlert,
  calculateMetrics,
  createAlert,
  getActiveAlerts,
  getRealTimeMetrics,
  performHealthCheck,
} from '../services/monitoring/index.ts'
import { AuditResult, type SystemParts, type WithRepository, withRepository } from '../services/parts.ts'
import { rebuildSystem } from '../services/rebuild/index.ts'
import {
  addHold,
  cancelRecovery,
  createRecoveryRequest,
  getRecoveryPoints,
  getRecoveryStatus,
  holdWarnings,
  liftHold,
  mirrorDecided,
  pinPoint,
  unpinPoint,
} from '../services/recovery/index.ts'
import { addRepository, listRepositories, removeRepository } from '../services/repositories/index.ts'
import {
  cancelRun,
  followRuns,
  getRun,
  listBackups,
  requestRun,
  schedulerStatus,
  waitForRun,
  workerAlive,
} from '../services/scheduling/index.ts'
import { systemStatus } from '../services/status/index.ts'
import { download, exists, list, remove, upload } from '../services/storage/index.ts'
import type { AllHandlers, Handlers, OpenHandlers } from './local-transport.ts'
import { settleRepository } from './settings/index.ts'
import { closeAudit } from './start-work.ts'

/** Longer than any channel takes to answer. */
const CHANNEL_TEST_MS = 60_000

/** Without what is not given: JSON has no undefined. */
function given<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** The one that is named, else the first. Throws REPOSITORY_UNKNOWN. */
async function inAsked(parts: SystemParts, name: string | undefined): Promise<WithRepository> {
  const { repositories } = parts
  return withRepository(parts, name === undefined ? repositories.first : await repositories.named(name))
}

/** A use case that only gives data. */
async function only<T>(data: Promise<T>): Promise<{ data: T }> {
  return { data: await data }
}

const HANDLERS: Handlers = {
  'config.create': async (parts, { config }, { by }) =>
    createConfig(parts, config, by).then(({ config: data, warnings }) => ({ data, warnings })),
  'config.update': async (parts, { id, patch }, { by }) =>
    updateConfig(parts, id, patch, by).then(({ config: data, warnings }) => ({ data, warnings })),
  'config.delete': (parts, { id }, { by }) =>
    deleteConfig(parts, id, by).then(({ warnings }) => ({ data: { deleted: true }, warnings })),
  'config.get': (parts, { id }) => only(getConfig(parts, id)),
  'config.effective': (parts, { id }) => only(effectiveConfig(parts, id)),
  'config.list': (parts) => only(listConfigs(parts)),
  'backup.execute': async (parts, { configId }, { by }) => ({
    data: await requestRun(parts, { configId, by, trigger: 'MANUAL' }),
    warnings: (await workerAlive(parts)) ? [] : [warningOf('NO_WORKER', parts.locale)],
  }),
  'backup.cancel': (parts, { runId }) => only(cancelRun(parts, runId)),
  'backup.get': (parts, { runId }) => only(getRun(parts, runId)),
  'backup.wait': (parts, { runId }, { signal }) => only(waitForRun(parts, runId, given({ signal }))),
  'backup.list': (parts, { filters, pagination }) => only(listBackups(parts, filters, pagination)),
  'retention.simulate': (parts, options, { signal }) => only(simulateRetention(parts, options, given({ signal }))),
  'retention.apply': (parts, { configId }, { signal }) => only(applyRetention(parts, configId, given({ signal }))),
  'scheduler.status': (parts) => only(schedulerStatus(parts)),
  'system.status': (parts) => only(systemStatus(parts)),
  'monitor.realTime': (parts) => only(getRealTimeMetrics(parts)),
  'monitor.metrics': (parts, { period }) => only(calculateMetrics(parts, period)),
  'monitor.alerts': (parts) => only(getActiveAlerts(parts)),
  'monitor.createAlert': (parts, alert) => only(createAlert(parts, alert)),
  'monitor.acknowledge': (parts, { alertId }, { by }) => only(acknowledgeAlert(parts, alertId, by)),
  'monitor.testChannels': async (parts, { channel }, { signal }) => {
    const asked = { ...given({ channel }), signal: signal ?? AbortSignal.timeout(CHANNEL_TEST_MS) }
    const data = await testChannels(parts, asked)
    const delivered = data.filter((each) => each.delivered).length
    const isGood = delivered > 0 && delivered === data.length
    const result = isGood ? AuditResult.SUCCESS : AuditResult.FAILED
    return { data, outcome: { result, details: { channels: data.length, delivered } } }
  },
  'monitor.health': (parts) => only(performHealthCheck(parts)),
  'recover.create': async (parts, { backupId, type, options }, { by }) => ({
    data: await createRecoveryRequest(parts, { pointOrRunId: backupId, type, options }, by),
    warnings: (await workerAlive(parts)) ? [] : [warningOf('NO_WORKER', parts.locale)],
  }),
  'recover.status': (parts, { requestId }) => only(getRecoveryStatus(parts, requestId)),
  'recover.cancel': (parts, { requestId }, { by }) => only(cancelRecovery(parts, requestId, by)),
  'recover.points': (parts, { configId }) => only(getRecoveryPoints(parts, configId)),
  'recover.pin': (parts, { pointId, reason }, { by }) => only(pinPoint(parts, pointId, { reason, by })),
  'recover.unpin': (parts, { pointId }, { by }) => only(unpinPoint(parts, pointId, by)),
  'recover.addHold': async (parts, hold, { by }) => ({
    data: await addHold(parts, hold, by),
    warnings: await holdWarnings(parts, hold),
  }),
  'recover.liftHold': (parts, { holdId }, { by }) => only(liftHold(parts, holdId, by)),
  'point.browse': (parts, asked, { signal }) => only(browsePoint(parts, { ...asked, signal })),
  'point.find': (parts, asked, { signal }) => only(findInPoints(parts, { ...asked, signal })),
  'point.diff': (parts, asked, { signal }) => only(diffPoints(parts, { ...asked, signal })),
  'repository.list': (parts) => only(listRepositories(parts)),
  'repository.add': (parts, { userId: _, ...asked }, { by }) => only(addRepository(parts, asked, by)),
  'repository.remove': (parts, { name }, { by }) => only(removeRepository(parts, name, by)),
  'repository.use': (parts, { configId, repository }, { by }) =>
    updateConfig(parts, configId, { repository }, by).then(({ config: data, warnings }) => ({ data, warnings })),
  'repository.verify': async (parts, { readShare, repository }, { signal }) =>
    only(verifyShare(await inAsked(parts, repository), { readShare, signal })),
  'repository.prune': async (parts, { dryRun, repository }, { signal }) =>
    only(pruneRepository(await inAsked(parts, repository), { dryRun, signal })),
  'key.list': (parts, { repository }, { signal }) => only(listKeys(parts, { repository, signal })),
  'storage.delete': (parts, { path }) => only(remove(parts, path)),
  'storage.list': (parts, { prefix }) => list(parts, prefix).then(({ files: data, warnings }) => ({ data, warnings })),
  'storage.exists': (parts, { path }) => only(exists(parts, path)),
  'audit.verify': (parts) => only(verifyAudit(parts)),
  'audit.entries': (parts, page) => only(listAuditEntries(parts, page)),
  'audit.export': (parts, { from, to }) => only(exportAudit(parts, given({ from, to }))),
  'audit.note': async (parts, { action, resource, result, details }, { by }) => {
    // Whoever reads the log can tell what the system did from what it was told.
    await parts.audit.append({ actor: by, action, resource, result, details: { ...details, reportedBy: 'command' } })
    const [kind, subject] = resource.split(':') as [string, string | undefined]
    if (subject !== undefined && result === 'SUCCESS' && (kind === 'hold' || kind === 'point'))
      await mirrorDecided(
        withRepository(parts, parts.repositories.first),
        kind === 'hold' ? 'hold' : 'pin',
        subject,
      ).catch((error: unknown) =>
        parts.log.warn('a pin or hold could not be noted in the database', { resource, error }),
      )
    await closeAudit(parts)
    return { data: { noted: true } }
  },
  'system.settings': async ({ settings }) => ({ data: settings }),
  'system.acceptClock': async (parts) => {
    acceptClock(parts.repositories.first.stateDirectory)
    await evaluateRules(parts, nowMs())
    return { data: { accepted: true } }
  },
  'system.rebuild': async (parts, { force }, { by, signal }) => {
    const rebuilt = await only(rebuildSystem(parts, given({ by, force, signal })))
    settleRepository(parts.home, parts.repositories.first.label, parts.log)
    return rebuilt
  },
}

const OPENS: OpenHandlers = {
  'storage.download': (parts, { path }, { signal }) => download(parts, path, { stream: true, ...given({ signal }) }),
  'point.dump': (parts, asked, { signal }) => dumpPoint(parts, { ...asked, signal }),
  'run.events': async (parts, asked, { signal }) => linesOf(await followRuns(parts, { ...asked, signal }), signal),
}

/** Each as JSON on a line of its own. What has been given up ends, and is no failure. */
function linesOf(events: AsyncIterable<unknown>, signal: AbortSignal | undefined): Readable {
  const lines = async function* () {
    try {
      for await (const event of events) yield `${JSON.stringify(event)}\n`
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }
  return Readable.from(lines(), { objectMode: false })
}

export const ALL_HANDLERS: AllHandlers = {
  calls: HANDLERS,
  opens: OPENS,
  upload: (parts, path, body, { signal }) => upload(parts, path, body, given({ signal })),
}
