/**
 * Access to entries of the target that does not follow links, and gives their owner the rights that a restore needs.
 */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import { SystemCallError, type SystemCalls } from '../../kernel/system-calls.ts'
import { statusOf, statusOfOpen } from './entry-status.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
const O_CLOEXEC = 0o2000000
export const O_PATH = 0o10000000
const EINVAL = 22
const OWNER_READ = 0o400
const OWNER_ALL = 0o700
const FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
export const DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

/** Sets the mode of an entry itself; a link is refused with EINVAL, never followed. */
export function changeMode(
  calls: SystemCalls,
  at: { readonly directory: number; readonly name: string },
  mode: number,
): void {
  const descriptor = calls.openat(at.directory, at.name, O_PATH | O_NOFOLLOW | O_CLOEXEC)
  try {
    if (fileTypeOf(statusOfOpen(calls, descriptor).mode) === FileType.LINK) throw new SystemCallError('chmod', EINVAL)
    fs.chmodSync(`/proc/self/fd/${descriptor}`, mode)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Opens a file or directory for reading, also one of mine that its mode closes to me. */
export function openEntry(
  calls: SystemCalls,
  at: { readonly directory: number; readonly name: string },
  { isDirectory }: { readonly isDirectory: boolean },
): number {
  const flags = isDirectory ? DIRECTORY_FLAGS : FILE_FLAGS
  try {
    return calls.openat(at.directory, at.name, flags)
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error
    const mode = (statusOf(calls, at.directory, at.name)?.mode ?? 0) & 0o7777
    try {
      changeMode(calls, at, mode | (isDirectory ? OWNER_ALL : OWNER_READ))
    } catch {
      throw error
    }
    return calls.openat(at.directory, at.name, flags)
  }
}

/** True when this process may make and remove entries; false or the system's code where it may not. */
export function writeObstacle(calls: SystemCalls, directory: number): string | undefined {
  const status = statusOfOpen(calls, directory)
  if (status.isUnchangeable) return 'IMMUTABLE'
  try {
    fs.accessSync(`/proc/self/fd/${directory}`, fs.constants.W_OK | fs.constants.X_OK)
    return undefined
  } catch (error) {
    const code = systemCode(error) ?? 'EACCES'
    return code === 'EACCES' && status.uid === process.geteuid?.() ? undefined : code
  }
}

/** EPERM over an immutable entry, or in an immutable directory, is called so. */
export function whyRefused(
  error: unknown,
  calls: SystemCalls,
  at: { readonly directory: number; readonly name: string },
): unknown {
  if (systemCode(error) !== 'EPERM') return error
  const isHeld = [at.name, '.'].some((name) => statusOf(calls, at.directory, name)?.isUnchangeable === true)
  return isHeld
    ? Object.assign(new Error('An immutable entry stays as it is.', { cause: error }), { code: 'IMMUTABLE' })
    : error
}
