import type { Selectable } from 'kysely'
import type { Tables } from '../../catalog/index.ts'
import {
  type Failure,
  PRIORITY_RANK,
  Priority,
  type RecoveryRequestView,
  type RecoveryState,
  type RecoveryType,
  type SkippedItem,
} from '../../contracts/system/index.ts'
import type { Overwrite, RestoreResult } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { DriverSettings } from '../../sources/index.ts'
import type { SystemParts } from '../parts.ts'

export type RequestRow = Selectable<Tables['recovery_requests']>

/** What is kept of a request's options: everything decided, nothing left to a default of later. A union by target. */
export type StoredOptions = FolderOptions | SourceOptions

export interface FolderOptions {
  readonly targetPath: string
  readonly overwrite: Overwrite
  readonly paths: readonly string[]
  /** Absent for the whole point, and in rows of earlier versions. */
  readonly subtree?: string
  readonly verify: boolean
  readonly deleteExtra: boolean
}

/** What a driver reaches. */
export interface SourceTarget {
  readonly kind: string
  readonly label: string
  readonly settings: DriverSettings
  /** What is secret in them, in hexadecimal digits. */
  readonly sealed: string
}

export interface SourceOptions {
  readonly target: SourceTarget
}

export function isIntoSource(options: StoredOptions): options is SourceOptions {
  return 'target' in options
}

const ISSUES_MAX = 100

export type StoredStats = Omit<RestoreResult, 'issues'> & { readonly issues: readonly SkippedItem[] }

export function storedStats(result: RestoreResult): StoredStats {
  return { ...result, issues: result.issues.slice(0, ISSUES_MAX), durationMs: Math.round(result.durationMs) }
}

/** Throws REQUEST_NOT_FOUND. */
export async function findRequest(
  { catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>,
  requestId: string,
): Promise<RequestRow> {
  const row = await catalog.db
    .selectFrom('recovery_requests')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where((on) => on(on.cast<string>('id', 'text'), '=', requestId))
    .executeTakeFirst()
  if (row) return row
  throw new BackupError('REQUEST_NOT_FOUND', 'There is no such recovery request.', { context: { request: requestId } })
}

export function requestView(row: RequestRow): RecoveryRequestView {
  const stats = row.stats as StoredStats | null
  return {
    id: row.id,
    pointId: row.point_id,
    type: row.type as RecoveryType,
    ...targetOf(row.options as StoredOptions),
    priority: priorityOf(row.priority),
    state: row.state as RecoveryState,
    progress: row.progress,
    filesRestored: stats?.filesRestored ?? 0,
    bytesRestored: stats?.bytesRestored ?? 0,
    filesVerified: stats?.filesVerified ?? 0,
    issues: stats?.issues ?? [],
    createdAt: isoTime(row.created_at.getTime()),
    startedAt: row.started_at && isoTime(row.started_at.getTime()),
    finishedAt: row.finished_at && isoTime(row.finished_at.getTime()),
    // Rows of earlier versions have no context.
    error: row.error === null ? null : { context: {}, ...(row.error as Omit<Failure, 'context'>) },
  }
}

function targetOf(options: StoredOptions): Pick<RecoveryRequestView, 'targetPath' | 'target'> {
  if (!isIntoSource(options)) return { targetPath: options.targetPath }
  const { kind, label } = options.target
  return { targetPath: '', target: { kind, label } }
}

function priorityOf(rank: number): Priority {
  return Object.values(Priority).find((name) => PRIORITY_RANK[name] === rank) ?? Priority.NORMAL
}
