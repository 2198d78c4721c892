/**
 * Where a restore may write: a folder, or one to be made, that can be written to and is apart from the repositories and
 * from HOME.
 */
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import {
  Needed,
  type NeededPlace,
  neededState,
  repositoriesMet,
  requireApartFromState,
  requireNothingNeeded,
  runningProgram,
} from '../../engine/index.ts'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { environment } from '../../kernel/environment.ts'
import { homesInUse } from '../../kernel/home-folder.ts'
import { whyReadOnly } from '../../kernel/mounted.ts'
import { isAtOrBelow, realPlace } from '../../kernel/real-place.ts'
import { repositoryRoots } from '../execution/index.ts'
import type { SystemParts } from '../parts.ts'

type Use = Pick<SystemParts, 'repositories' | 'home' | 'keyFiles'>

/** What the system needs, and a restore must leave to it. */
export async function neededBySystem(parts: Use): Promise<NeededPlace[]> {
  const { home, keyFiles } = parts
  const settings = path.resolve('.env')
  return [
    ...(await repositoryRoots(parts)).map((root) => ({ what: Needed.REPOSITORY, path: root })),
    ...(keyFiles ?? []).map((file) => ({ what: Needed.KEY_FILE, path: file })),
    ...[home, ...homesInUse(environment(), process.cwd())].flatMap(neededState),
    ...repositoriesMet(path.join(home, 'repositories')).map((each) => ({ what: Needed.OTHER_REPOSITORY, path: each })),
    ...(existsSync(settings) ? [{ what: Needed.SETTINGS, path: settings }] : []),
  ]
}

/** Gives the absolute path. Throws TARGET_REFUSED saying why. */
export async function checkTarget(targetPath: string, parts: Use, deleteExtra: boolean): Promise<string> {
  const target = path.resolve(targetPath)
  const { folder, rest } = await nearest(target)
  const real = path.join(folder, rest)
  for (const root of await repositoryRoots(parts))
    if (isAtOrBelow(real, realPlace(root))) throw refused(target, 'It lies in the repository')
  const needed = await neededBySystem(parts)
  requireApartFromState(target, needed)
  if (deleteExtra) refuseNeeded(target, needed)
  await requireWritable(target, folder)
  return target
}

/** Throws TARGET_REFUSED, also for "/". */
function refuseNeeded(target: string, needed: readonly NeededPlace[]): void {
  try {
    requireNothingNeeded(target, [...needed, ...runningProgram()])
  } catch (error) {
    if (!isBackupError(error, 'USAGE')) throw error
    throw refused(target, 'It is the root of this machine, and what is not in the snapshot would be deleted', error)
  }
}

function refused(target: string, why: string, cause?: unknown): BackupError {
  return new BackupError('TARGET_REFUSED', `The target is refused. ${why}.`, { context: { path: target, why }, cause })
}

/** The nearest folder that is there, in its real place, and what is to be made below it. */
async function nearest(whole: string): Promise<{ readonly folder: string; readonly rest: string }> {
  for (let at = whole; ; at = path.dirname(at)) {
    try {
      return { folder: await fs.realpath(at), rest: path.relative(at, whole) }
    } catch (error) {
      if (at === path.dirname(at) || systemCode(error) === 'EACCES')
        throw refused(whole, `It can not be written to (${systemCode(error) ?? 'unknown'})`, error)
    }
  }
}

/** By trying: modes alone do not tell of read-only disks and file systems that make no folders. */
async function requireWritable(target: string, folder: string): Promise<void> {
  if (!(await fs.stat(folder)).isDirectory()) throw refused(target, 'It is no folder')
  try {
    await fs.rmdir(await fs.mkdtemp(path.join(folder, '.neonpro-try-')))
  } catch (error) {
    throw refused(target, whyNotWritable(folder, systemCode(error) ?? 'unknown'), error)
  }
}

function whyNotWritable(folder: string, code: string): string {
  return code === 'EROFS' ? whyReadOnly(folder) : `It can not be written to (${code})`
}
