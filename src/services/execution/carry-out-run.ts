/**
 * A backup run of the system: a claimed run becomes a snapshot, a restore point and an end in the rows; then retention.
 * The repository commits a run once, whoever repeats it: an attempt that finds it committed takes over that snapshot.
 */
import { isFiles, type RunProgress, RunState, type RunView } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { sleep } from '../../kernel/timer.ts'
import { raiseAlarm, resolveAlarm } from '../alarms/index.ts'
import { openSource } from '../control-key/index.ts'
import { type SystemParts, type WithRepository, withRepository } from '../parts.ts'
import { finishRun, heartbeatRun, type RunClaim } from '../scheduling/index.ts'
import { applyRetentionIn } from './apply-retention.ts'
import { checkPaths, repositoryRoots } from './check-paths.ts'
import { EngineProcess } from './engine-process.ts'
import type { BackupJob, BackupOutcome, EngineProgress } from './engine-protocol.ts'
import { configTag } from './holdings.ts'
import { runEnded } from './run-ended.ts'
import { engineSettings, filesSettings, snapshotTypeOf } from './run-settings.ts'
import { savePoint } from './save-holdings.ts'

const PROGRESS_MS = 1000
const PERCENT_MAX_RUNNING = 99
/** What the worker's signal says when the run is not its own any more. After its end that means nothing. */
const STALE = 'STALE'

/**
 * Carries a claimed run out. A good end (COMPLETED, or PARTIAL where something was skipped) is written with its point;
 * anything else is thrown: REPOSITORY_UNKNOWN where its repository was removed, ABORTED after a checkpoint when the
 * signal stopped it, SOURCE_UNREADABLE, SOURCE_FAILED, CONFIG_INVALID for a repository in its source, STALE_WORKER when
 * another worker has it, WORKER_LOST, what the engine throws. Retention that fails is told, and does not fail the run.
 */
export async function carryOutRun(
  parts: SystemParts,
  claim: RunClaim,
  { signal }: { readonly signal: AbortSignal },
): Promise<RunView> {
  const job = jobOf(claim, await sourceOf(parts, claim))
  const repository = await parts.repositories.of(claim.repositoryRowId)
  const there = withRepository(parts, repository)
  await using engine = new EngineProcess(repository, job.source.kind)
  const run = await backUp(there, claim, { engine, signal, job })
  await letGo(there, claim, { engine, signal })
  return run
}

interface Work {
  readonly engine: EngineProcess
  readonly signal: AbortSignal
}

async function backUp(
  parts: WithRepository,
  claim: RunClaim,
  { engine, signal, job }: Work & { readonly job: BackupJob },
): Promise<RunView> {
  const teller = new ProgressTeller(parts, claim)
  try {
    const outcome = await engine.run(job, { signal, onProgress: (progress) => teller.note(progress) })
    return await finish(parts, claim, outcome)
  } catch (error) {
    const snapshot = forgottenSnapshot(error)
    if (snapshot === undefined) throw error
    // An earlier attempt committed it, and it has been let go since: the run was done.
    return await finishRun(
      parts,
      claim,
      { state: RunState.COMPLETED, snapshot },
      { within: (tx, run) => runEnded(parts, run, { tx }) },
    )
  } finally {
    await teller.end()
  }
}

/** Throws SOURCE_UNREADABLE, CONFIG_INVALID, SOURCE_NOT_AVAILABLE, DAMAGED. A driver looks at its source by itself. */
async function sourceOf(
  parts: SystemParts,
  { configId, settings, sourceSealed: sealed }: RunClaim,
): Promise<BackupJob['source']> {
  const { sources, secrets } = parts
  const { source } = settings
  if (isFiles(source)) {
    await checkPaths(source, await repositoryRoots(parts), { someMayBeAway: true })
    return { ...source, ...filesSettings(settings) }
  }
  sources.driverOf(source.kind)
  return { kind: source.kind, settings: openSource(secrets, configId, { settings: source.settings, sealed }) }
}

function jobOf({ runId, configId, source, type, settings }: RunClaim, from: BackupJob['source']): BackupJob {
  return {
    kind: 'backup',
    source: from,
    options: {
      source,
      type: snapshotTypeOf(type),
      runId,
      tags: [...settings.tags, configTag(configId)],
      ...engineSettings(settings),
    },
  }
}

function forgottenSnapshot(error: unknown): string | undefined {
  const snapshot = isBackupError(error, 'ALREADY_EXISTS') ? error.context['snapshot'] : undefined
  return typeof snapshot === 'string' ? snapshot : undefined
}

/** Run, point, alarms and audit commit together. */
async function finish(
  parts: WithRepository,
  claim: RunClaim,
  {
    snapshot,
    point,
    skipped,
    skippedCount,
    warnings,
    filesNew,
    filesChanged,
    filesUnmodified,
    bytesStored,
  }: BackupOutcome,
): Promise<RunView> {
  const stats = {
    filesNew,
    filesChanged,
    filesUnmodified,
    bytesProcessed: point.bytes,
    bytesAdded: point.bytesAdded,
    bytesStored,
  }
  const state = skippedCount > 0 ? RunState.PARTIAL : RunState.COMPLETED
  return await finishRun(
    parts,
    claim,
    { state, snapshot, stats, skipped, warnings },
    {
      within: async (tx, run) => {
        await savePoint(tx, { tenantId: parts.tenantId, repositoryRowId: parts.repository.rowId }, point)
        await runEnded(parts, run, { tx })
      },
    },
  )
}

/** Writes how far a run is, about once a second. While the database does not answer, the run goes on. */
class ProgressTeller {
  readonly #parts: SystemParts
  readonly #claim: RunClaim
  readonly #end = new AbortController()
  readonly #telling: Promise<void>
  #noted: RunProgress | undefined

  constructor(parts: SystemParts, claim: RunClaim) {
    this.#parts = parts
    this.#claim = claim
    this.#telling = this.#tell()
  }

  note({ filesDone, bytesDone, bytesAdded, bytesExpected }: EngineProgress): void {
    const percent = bytesExpected ? Math.min(PERCENT_MAX_RUNNING, Math.floor((bytesDone / bytesExpected) * 100)) : null
    this.#noted = { percent, filesDone, bytesDone, bytesAdded }
  }

  async end(): Promise<void> {
    this.#end.abort()
    await this.#telling
  }

  async #tell(): Promise<void> {
    for (;;) {
      await sleep(PROGRESS_MS, { signal: this.#end.signal }).catch(() => {})
      if (this.#end.signal.aborted) return
      const progress = this.#noted
      this.#noted = undefined
      // A stale worker is stopped by its heartbeat.
      if (progress)
        await heartbeatRun(this.#parts, this.#claim, { progress }).catch((error: unknown) =>
          this.#parts.log.debug('progress could not be written', { runId: this.#claim.runId, error }),
        )
    }
  }
}

/**
 * After the run has its end: points, pins and holds as the repository has them now, and whatever no rule keeps any
 * more.
 */
async function letGo(
  parts: WithRepository,
  { runId, configId, configName }: RunClaim,
  { engine, signal }: Work,
): Promise<void> {
  const about = { configId, configName, runId }
  try {
    await applyRetentionIn(parts, configId, { engine, signal: untilStopped(signal) })
    await resolveAlarm(parts, { type: 'RETENTION_FAILED', about })
  } catch (error) {
    // Stopped, or removed meanwhile: nothing to be told.
    if (isBackupError(error, 'ABORTED') || isBackupError(error, 'CONFIG_NOT_FOUND')) return
    const code = isBackupError(error) ? error.code : 'INTERNAL'
    parts.log.warn('retention failed after a run', { runId, configId, error })
    await raiseAlarm(parts, {
      type: 'RETENTION_FAILED',
      severity: 'MEDIUM',
      message: `${MESSAGES[parts.locale]} (${code}).`,
      about,
      occurrence: runId,
    }).catch((late: unknown) => parts.log.error('an alarm could not be raised', { runId, error: late }))
  }
}

const MESSAGES = {
  en: 'The run is done, but old points could not be let go',
  'pt-BR': 'A execução terminou, mas pontos antigos não puderam ser liberados',
} as const

function untilStopped(signal: AbortSignal): AbortSignal {
  const own = new AbortController()
  const stop = () => {
    if (signal.reason !== STALE) own.abort(signal.reason)
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return own.signal
}
