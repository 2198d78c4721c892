/**
 * Remembers in HOME which file the key came from, so that a later command without one (from cron, say) means the same.
 * Never a key itself. The first that opened the repository stays while it does; another takes its place once it is gone
 * or opens the repository no more: a recovery key from a stick that was used once is nothing to rely on.
 */
import path from 'node:path'
import { type Kek, parseKek, Repository } from '../engine/index.ts'
import { isFleeting } from '../kernel/fleeting-file.ts'
import type { Log } from '../kernel/log.ts'
import type { RepositoryLocation } from '../storage/index.ts'
import { openStore } from './compose.ts'
import { fileOfKey, OriginKind, readSettled, type SettingsValues, writeSettled } from './settings/index.ts'

export interface RememberKeyOptions {
  readonly settings: Pick<SettingsValues, 'home' | 'keys'>
  /** Of the settings, newest first. */
  readonly keks: readonly Kek[]
  /** The repository of the system as it is open. */
  readonly location: RepositoryLocation
  readonly log: Log
  readonly signal?: AbortSignal
}

/** Nothing fails for it: a HOME that can't be written remembers nothing. */
export async function rememberKey({ settings, keks, location, log, signal }: RememberKeyOptions): Promise<void> {
  const { home } = settings
  const given = givenFile(settings.keys[0])
  const settled = readSettled(home)
  if (given === undefined || !settled || settled.keyFile === given) return
  const opens = (kek: Kek | undefined) => kek !== undefined && opensWith(kek, location, signal)
  try {
    if (!(await opens(keks[0])) || (settled.keyFile !== undefined && (await opens(kekIn(settled.keyFile))))) return
    writeSettled(home, { ...settled, keyFile: given })
  } catch (error) {
    log.warn('where the key came from could not be written down in HOME', { error })
  }
}

function givenFile(key: SettingsValues['keys'][number] | undefined): string | undefined {
  if (!key || key.origin.kind === OriginKind.REMEMBERED) return undefined
  const file = fileOfKey(key.text)
  return file !== undefined && !isFleeting(file) ? path.resolve(file) : undefined
}

function kekIn(file: string): Kek | undefined {
  try {
    return parseKek(`file:${file}`, file)
  } catch {
    return undefined
  }
}

async function opensWith(kek: Kek, location: RepositoryLocation, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await using _repository = await Repository.open(openStore(location), [kek], { ...(signal && { signal }) })
    return true
  } catch {
    return false
  }
}
