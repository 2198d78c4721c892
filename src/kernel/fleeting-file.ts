/**
 * Files that will not be there next time: what a shell or a service manager hands to one process. Whoever remembers
 * where something came from asks here.
 */
import fs from 'node:fs'
import path from 'node:path'
import { environment } from './environment.ts'
import { isAtOrBelow } from './real-place.ts'

/** Descriptors of this process: a pipe, or a file that has no name any more. */
const OF_THE_PROCESS = /^\/(dev|proc)\//
/** systemd's, of the machine and of a user's own manager. */
const CREDENTIAL = /^\/run\/(user\/\d+\/)?(credentials|systemd\/[^/]*credentials[^/]*)\//

/** As it is named and where that leads: `/dev/stdin` may be any file, and is so only now. */
export function isFleeting(file: string): boolean {
  const named = path.resolve(file)
  const real = realOf(named)
  if (real === undefined || [named, real].some((each) => OF_THE_PROCESS.test(each) || isCredential(each))) return true
  return !fs.statSync(real).isFile()
}

/** There while the service runs, and for it alone. `file`: absolute. */
export function isCredential(file: string): boolean {
  const folder = environment()['CREDENTIALS_DIRECTORY']
  return CREDENTIAL.test(file) || (folder !== undefined && path.isAbsolute(folder) && isAtOrBelow(file, folder))
}

function realOf(file: string): string | undefined {
  try {
    return fs.realpathSync(file)
  } catch {
    return undefined
  }
}
