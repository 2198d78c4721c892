/**
 * The folder of a local repository in which objects are written before they are there. Packs for a store of another
 * kind grow in a workspace of this machine, and are left there by dead runs in the same way.
 */
import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { systemCode } from '../kernel/backup-error.ts'
import { nowMs } from '../kernel/clock.ts'
import { isProcessAlive, machineTag } from '../kernel/machine.ts'

export const STAGING = '.staging'

/** What this program puts there: of a name, the machine and the process. */
const STAGED = /^[a-z]+-([0-9a-f]{8})-(\d+)-/
const AGE_MS_MAX = 48 * 3600 * 1000

/**
 * Takes away what dead processes left. Never what one that lives may be at work on, nor what this program never put
 * there; a link to a folder is not followed. Any number of processes may do it at once.
 */
export async function sweepStaged(folder: string): Promise<void> {
  if (!(await lstatOrUndefined(folder))?.isDirectory()) return
  for (const name of await fs.readdir(folder)) await sweepOne(path.join(folder, name))
}

async function sweepOne(staged: string): Promise<void> {
  const [, tag, owner] = STAGED.exec(path.basename(staged)) ?? []
  const stat = tag === undefined ? undefined : await lstatOrUndefined(staged)
  if (!stat?.isFile()) return
  // Another machine's process, or one of before this start, can't be looked up here: only age tells. One that lives may
  // have slept with its machine for days.
  const isDead = tag === machineTag() ? !isProcessAlive(Number(owner)) : nowMs() - stat.mtimeMs > AGE_MS_MAX
  if (isDead) await fs.rm(staged, { force: true })
}

async function lstatOrUndefined(file: string): Promise<Stats | undefined> {
  try {
    return await fs.lstat(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The repository's folder; undefined for a workspace that lies in none. */
export function repositoryOfStaging(folder: string): string | undefined {
  return path.basename(folder) === STAGING ? path.dirname(folder) : undefined
}
