/** Where a restore may write: a folder, or one to be made, that can be written to and is apart from the repository. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import { isInside } from '../execution/index.ts'

interface TargetUse {
  readonly location: Pick<RepositoryLocation, 'path'>
  readonly deleteExtra: boolean
}

/** Gives the absolute path. Throws TARGET_REFUSED saying why. */
export async function checkTarget(targetPath: string, { location, deleteExtra }: TargetUse): Promise<string> {
  const target = path.resolve(targetPath)
  const { folder, rest } = await nearest(target)
  const real = path.join(folder, rest)
  const repository = await nearest(path.resolve(location.path)).then((found) => path.join(found.folder, found.rest))
  if (isInside(real, repository)) throw refused(target, 'It lies in the repository')
  if (deleteExtra && isInside(repository, real))
    throw refused(target, 'It holds the repository, and what is not in the point would be deleted')
  await requireWritable(target, folder)
  return target
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
    throw refused(target, `It can not be written to (${systemCode(error) ?? 'unknown'})`, error)
  }
}
