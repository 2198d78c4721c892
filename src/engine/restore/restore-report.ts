/** What a restore did and what it could not do; and which failures end it. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { isFull, processLimit, QUOTA_ROOM } from '../../kernel/system-failure.ts'
import { printablePath } from '../snapshot/index.ts'
import type { RestoreChange, RestoreDecision, RestoreIssue, RestoreOptions } from './restore-options.ts'

/** So many are listed by name; all are counted. */
const ISSUES_MAX = 100_000
/** What may be wrong with one entry while the others are restored; every other error of ours ends the restore. */
const ISSUES: ReadonlySet<string> = new Set([
  'DAMAGED',
  'FEATURE_UNSUPPORTED',
  'NOT_FOUND',
  // A pack that this user may not read; what is closed at the target has the system's code.
  'PERMISSION_DENIED',
  'RESTORE_MISMATCH',
  'STORAGE_FAILED',
  'TARGET_REFUSED',
])

const NO_MORE_BYTES = 'Free some room on the target or choose another one, and run it again: what was restored stays'
const NO_MORE_FILES =
  'The target takes no more files (its inodes are used up): remove some or choose another one, and run it again; what was restored stays'

type RestoreListeners = Pick<RestoreOptions, 'onEntry' | 'onChange' | 'onParentNotKept'>

export class RestoreReport {
  readonly counts = {
    filesRestored: 0,
    filesUnchanged: 0,
    filesKept: 0,
    filesVerified: 0,
    directories: 0,
    metadataRestored: 0,
    bytesRestored: 0,
    deleted: 0,
  }
  /** Bytes of files that are left as they are. */
  bytesInPlace = 0
  readonly #issues: RestoreIssue[] = []
  issueCount = 0
  /** The folder of the snapshot that becomes the target; one character a byte, as paths of the snapshot are here. */
  base = '/'
  /** Absolute. */
  readonly #target: string

  readonly #listeners: RestoreListeners

  constructor(target: string, listeners: RestoreListeners = {}) {
    this.#target = target
    this.#listeners = listeners
  }

  /** `source` is one character a byte. Costs nothing where nobody asks. */
  decided(
    source: string,
    what: Exclude<RestoreDecision, 'skipped'>,
    { isReplacing = false }: { readonly isReplacing?: boolean } = {},
  ): void {
    this.#listeners.onEntry?.(printablePath(source), what)
    if (what === 'restored') this.changed(source, isReplacing ? 'replaced' : 'created')
    else if (what === 'metadata') this.changed(source, 'metadata')
    else if (what === 'deleted') this.changed(source, 'removed')
  }

  /** The same of what is no decision of its own: folders. */
  changed(source: string, change: RestoreChange): void {
    this.#listeners.onChange?.(printablePath(source), change, this.#placeOf(source))
  }

  #placeOf(source: string): string {
    return path.join(this.#target, printablePath(this.base === '/' ? source : source.slice(this.base.length)))
  }

  /** Of a folder that is only the way to the backup's own paths. */
  parentNotKept(source: string, what: string): void {
    this.#listeners.onParentNotKept?.(printablePath(source), what)
  }

  /** `source` is one character a byte. */
  issue(source: string, reason: string): void {
    this.issueCount += 1
    this.#listeners.onEntry?.(printablePath(source), 'skipped', reason)
    if (this.#issues.length < ISSUES_MAX) this.#issues.push({ path: printablePath(source), reason })
  }

  /** By path: files end in another order than they begin. */
  sorted(): RestoreIssue[] {
    return this.#issues.sort((a, b) => compare(a.path, b.path) || compare(a.reason, b.reason))
  }

  #full(source: string, cause: unknown): BackupError {
    const isQuota = systemCode(cause) === 'EDQUOT'
    const noMore = takesNoMoreFiles(this.#target) ? NO_MORE_FILES : NO_MORE_BYTES
    const room = isQuota ? QUOTA_ROOM : noMore
    return new BackupError('DISK_FULL', 'The target has no room left.', {
      context: { path: printablePath(source), place: 'the target', target: this.#target, room },
      cause,
    })
  }

  /** Notes what is wrong with one entry. Throws what ends the restore: DISK_FULL, PROCESS_LIMIT, and bugs. */
  failed(error: unknown, source: string): void {
    if (isBackupError(error)) {
      if (!ISSUES.has(error.code) || error.context['path'] === this.#target) throw error
      const isForbidden = error.code === 'PERMISSION_DENIED'
      return this.issue(source, isForbidden ? error.code : (systemCode(error.cause) ?? error.code))
    }
    const code = systemCode(error)
    if (code === undefined) throw error
    if (isFull(error)) throw this.#full(source, error)
    const limit = processLimit(error)
    if (limit) throw limit
    this.issue(source, code)
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A file system may have bytes left and no inodes. */
function takesNoMoreFiles(target: string): boolean {
  try {
    const { files, ffree } = fs.statfsSync(target)
    return files > 0 && ffree === 0
  } catch {
    return false
  }
}

/** True for what makes a part of the repository unreadable while the rest can be read. */
export function isLost(error: unknown): boolean {
  if (isBackupError(error)) return ISSUES.has(error.code) && error.code !== 'TARGET_REFUSED'
  return systemCode(error) === 'EIO'
}
