/**
 * Messages between the system and a process that does the engine's work. Plain data by structured clone; each side
 * checks what it is sent.
 */
import type { RetentionPolicy } from '../../contracts/index.ts'
import { type BackupType, type RunWarning, type SkippedItem, SourceKind } from '../../contracts/system/index.ts'
import type {
  BackupOptions,
  Kek,
  NeededPlace,
  Overwrite,
  PruneResult,
  RestoreResult,
  SnapshotType,
  VerifyResult,
} from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { CrossingError } from '../../kernel/crossing-error.ts'
import type { ReachableSource } from '../../sources/index.ts'
import type { RepositoryLocation } from '../../storage/index.ts'

/**
 * Which repository, and what opens it. It holds keys: it goes over the channel only, never into arguments, environment
 * or logs.
 */
export interface EngineRepository {
  readonly location: RepositoryLocation
  readonly keks: readonly Kek[]
  readonly stateDirectory: string
  /** 32 hexadecimal digits: another repository in its place is refused. */
  readonly repositoryId?: string | undefined
}

/** Files of this machine. */
export interface FilesToRead extends Pick<BackupOptions, 'paths' | 'filters' | 'allowEmpty'> {
  readonly kind: 'FILES'
}

export interface BackupJob {
  readonly kind: 'backup'
  /** What is read: a union by kind. Of a driver it holds secrets, as `EngineRepository` does. */
  readonly source: FilesToRead | ReachableSource
  readonly options: Pick<BackupOptions, 'source' | 'tags' | 'runId' | 'compressionLevel' | 'segmentBytes'> & {
    readonly type: SnapshotType
  }
}

export function isFilesToRead(source: BackupJob['source']): source is FilesToRead {
  return source.kind === SourceKind.FILES
}

export interface RestoreJob {
  readonly kind: 'restore'
  /** Full name. */
  readonly snapshot: string
  readonly target: string
  /** Paths or globs; none means all. */
  readonly include: readonly string[]
  /** The folder whose inside becomes the target's. */
  readonly subtree?: string
  readonly overwrite: Overwrite
  readonly deleteExtra: boolean
  readonly verify: boolean
  /** An earlier try may have been killed half-way. */
  readonly isRepeat: boolean
  /** What must not be destroyed: the system's key files, HOME, settings. */
  readonly needed?: readonly NeededPlace[]
}

/** Writes a point into what a driver reaches. */
export interface RestoreIntoJob {
  readonly kind: 'restoreInto'
  /** Full name. */
  readonly snapshot: string
  /** It holds secrets, as `EngineRepository` does. */
  readonly into: ReachableSource
}

/** A configuration's policy: it decides the points of that configuration, and no others. */
export interface RetentionRule {
  readonly configId: string
  readonly policy: RetentionPolicy
  /** IANA name. */
  readonly timezone: string
}

export interface RetentionJob {
  readonly kind: 'retention'
  readonly rules: readonly RetentionRule[]
  readonly nowMs: number
  /** The clock may be wrong: nothing goes for its age, and no hold has ended. */
  readonly isClockDoubted: boolean
  /** False: only says what would be done. */
  readonly apply: boolean
  readonly by: string
  readonly known: readonly string[]
  /** Snapshots that are being restored. */
  readonly inUse: readonly string[]
}

/** Reads what the repository holds. `known`: snapshots that the asker believes to be there. */
export interface SurveyJob {
  readonly kind: 'survey'
  readonly known: readonly string[]
}

export interface VerifyJob {
  readonly kind: 'verify'
  /** 0–1. */
  readonly readShare: number
}

/** Frees what nothing needs any more. */
export interface PruneJob {
  readonly kind: 'prune'
  readonly dryRun: boolean
}

export type EngineJob = BackupJob | RestoreJob | RestoreIntoJob | RetentionJob | SurveyJob | VerifyJob | PruneJob

/** A restore point as the repository states it. */
export interface PointFacts {
  readonly snapshot: string
  readonly source: string
  readonly runId: string | null
  /** Of the configuration that made it; null for one that was made by hand. */
  readonly configId: string | null
  /** ISO 8601: the moment it shows. */
  readonly createdAt: string
  readonly finishedAt: string
  /** ISO 8601: by which it is ordered among the others. */
  readonly countsAt: string
  readonly type: BackupType
  /** Nothing was left out that should be in it. */
  readonly isComplete: boolean
  readonly bytes: number
  readonly bytesAdded: number
  readonly files: number
}

export interface ProtectionFacts {
  readonly record: 'pin' | 'hold'
  readonly subject: string
  readonly generation: number
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
  readonly by: string
  readonly at: string
}

export interface Holdings {
  /** 32 hexadecimal digits. */
  readonly repositoryId: string
  readonly points: readonly PointFacts[]
  /** Pins and holds in force. */
  readonly protections: readonly ProtectionFacts[]
  /** Of `known`: forgotten, or never good. */
  readonly gone: readonly string[]
}

export interface BackupOutcome {
  readonly snapshot: string
  /** The run had been committed before: `snapshot` is that one. */
  readonly isRepeat: boolean
  readonly point: PointFacts
  readonly filesNew: number
  readonly filesChanged: number
  readonly filesUnmodified: number
  readonly bytesStored: number
  /** Skipped, changed while read, metadata not kept: the first hundred. */
  readonly skipped: readonly SkippedItem[]
  readonly skippedCount: number
  /** The first hundred. */
  readonly warnings: readonly RunWarning[]
}

export interface PointDecision {
  readonly snapshot: string
  readonly source: string
  readonly createdAt: string
  readonly isKept: boolean
  readonly reasons: readonly string[]
  /** When the policy lets it go; null where that depends on points to come. ISO 8601. */
  readonly expiresAt: string | null
}

export interface RetentionOutcome {
  readonly decisions: readonly PointDecision[]
  readonly holdings: Holdings
  readonly forgotten: readonly string[]
  readonly pruned: PruneResult | null
  /** What stopped it after its decisions; `forgotten` went all the same. */
  readonly failure?: CrossingError
}

export interface EngineResults {
  readonly backup: BackupOutcome
  readonly restore: RestoreResult
  readonly restoreInto: RestoreResult
  readonly retention: RetentionOutcome
  readonly survey: Holdings
  readonly verify: VerifyResult
  readonly prune: PruneResult
}

export interface EngineProgress {
  readonly filesDone: number
  readonly bytesDone: number
  readonly bytesAdded: number
  readonly filesExpected: number | null
  readonly bytesExpected: number | null
}

export type ToEngine =
  | { readonly type: 'job'; readonly repository: EngineRepository; readonly job: EngineJob }
  /** No more jobs: the process ends. */
  | { readonly type: 'end' }

export type FromEngine =
  | { readonly type: 'progress'; readonly progress: EngineProgress }
  | { readonly type: 'result'; readonly kind: EngineJob['kind']; readonly result: EngineResults[EngineJob['kind']] }
  | { readonly type: 'failed'; readonly error: CrossingError }

type Body = Readonly<Record<string, unknown>>
type Check = (value: unknown) => boolean

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText: Check = (value) => typeof value === 'string'
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isNumberOrNull: Check = (value) => value === null || isNumber(value)
const isList: Check = (value) => Array.isArray(value)
const has = (value: unknown, shape: Readonly<Record<string, Check>>): boolean =>
  isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]))

const isFilesSource: Check = (value) => has(value, { kind: (kind) => kind === SourceKind.FILES, paths: isTexts })
const isSource: Check = (value) => isFilesSource(value) || has(value, { kind: isText, settings: isObject })

const JOBS: Readonly<Record<EngineJob['kind'], Check>> = {
  backup: (job) =>
    isObject(job) && isSource(job['source']) && has(job['options'], { source: isText, type: isText, runId: isText }),
  restoreInto: (job) => isObject(job) && isSource(job['into']) && has(job, { snapshot: isText }),
  restore: (job) =>
    has(job, {
      snapshot: isText,
      target: isText,
      include: isTexts,
      overwrite: isText,
      deleteExtra: isFlag,
      verify: isFlag,
      isRepeat: isFlag,
    }),
  retention: (job) =>
    has(job, { rules: isList, nowMs: isNumber, apply: isFlag, by: isText, known: isTexts, inUse: isTexts }),
  survey: (job) => has(job, { known: isTexts }),
  verify: (job) => has(job, { readShare: isNumber }),
  prune: (job) => has(job, { dryRun: isFlag }),
}

const isRestored: Check = (result) =>
  has(result, { filesRestored: isNumber, bytesRestored: isNumber, issues: isList, issueCount: isNumber })

const RESULTS: Readonly<Record<EngineJob['kind'], Check>> = {
  backup: (result) =>
    has(result, {
      snapshot: isText,
      isRepeat: isFlag,
      point: isObject,
      skipped: isList,
      skippedCount: isNumber,
      warnings: isList,
    }),
  restore: isRestored,
  restoreInto: isRestored,
  retention: (result) =>
    has(result, { decisions: isList, holdings: isObject, forgotten: isTexts }) &&
    (!isObject(result) ||
      result['failure'] === undefined ||
      has(result['failure'], { detail: isText, context: isObject })),
  survey: (result) => has(result, { repositoryId: isText, points: isList, protections: isList, gone: isTexts }),
  verify: (result) => has(result, { problems: isList, hits: isList }),
  prune: (result) => has(result, { packsDeleted: isNumber, bytesFreed: isNumber }),
}

const PROGRESS = {
  filesDone: isNumber,
  bytesDone: isNumber,
  bytesAdded: isNumber,
  filesExpected: isNumberOrNull,
  bytesExpected: isNumberOrNull,
}

function isKind(value: unknown): value is EngineJob['kind'] {
  return typeof value === 'string' && Object.hasOwn(JOBS, value)
}

/** Throws INTERNAL for what is no message to the engine. */
export function parseToEngine(message: unknown): ToEngine {
  if (isObject(message) && message['type'] === 'end') return { type: 'end' }
  const { type, repository, job } = isObject(message) ? message : {}
  const isRepository = has(repository, { location: isObject, keks: isList, stateDirectory: isText })
  if (type === 'job' && isRepository && isObject(job) && isKind(job['kind']) && JOBS[job['kind']](job))
    return message as ToEngine
  throw new BackupError('INTERNAL', 'The engine was sent something that is no job.')
}

/** Throws INTERNAL for what is no message of the engine. */
export function parseFromEngine(message: unknown): FromEngine {
  const body = isObject(message) ? message : {}
  switch (body['type']) {
    case 'progress':
      if (has(body['progress'], PROGRESS)) return message as FromEngine
      break
    case 'failed':
      if (has(body['error'], { detail: isText, context: isObject })) return message as FromEngine
      break
    case 'result':
      if (isKind(body['kind']) && RESULTS[body['kind']](body['result'])) return message as FromEngine
  }
  throw new BackupError('INTERNAL', 'The engine answered something that is no answer.')
}
