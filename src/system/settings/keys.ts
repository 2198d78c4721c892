/** The keys of the settings, parsed and refused at start-up rather than in the first backup. */
import { keyPlaceRefused, type Locale, withKeyAdvice } from '../../contracts/index.ts'
import { type Warning, warningOf } from '../../contracts/system/index.ts'
import { type Kek, parseKek } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isWithin } from '../../kernel/real-place.ts'
import { storage } from '../compose.ts'
import { OriginKind } from './layers.ts'
import type { KeyText, SettingsValues } from './settings.ts'
import { fileOfKey, requireRemembered } from './settled.ts'

export interface ReadKeys {
  /** Newest first; at least one. */
  readonly keks: readonly Kek[]
  /** Absolute paths of the files they came from. */
  readonly keyFiles: readonly string[]
  readonly warnings: readonly Warning[]
}

/**
 * Throws KEY_MISSING, KEY_PLACEHOLDER, KEY_WEAK, KEY_REFUSED (also for one that lies in HOME or repository, beside the
 * data).
 */
export async function readKeys(values: KeyValues): Promise<ReadKeys> {
  try {
    return parseKeys(values)
  } catch (error) {
    throw withKeyAdvice(error, { isNew: !(await storage.holdsRepository(values.repository)) })
  }
}

type KeyValues = Pick<SettingsValues, 'keys' | 'home' | 'repository' | 'locale'>

function parseKeys(values: KeyValues): ReadKeys {
  const [current, ...previous] = values.keys
  if (!current || current.source === 'BACKUP_ENCRYPTION_KEY_PREVIOUS')
    throw new BackupError('KEY_MISSING', 'No key was given.')
  const root = storage.localRootOf(values.repository)
  const folders = root === undefined ? [values.home] : [root, values.home]
  const read = [current, ...previous].map((key) => readKey(key, folders))
  return {
    keks: read.map(({ kek }) => kek),
    keyFiles: read.flatMap(({ file }) => file ?? []),
    warnings: typedWarnings(read, [current, ...previous], values.locale),
  }
}

function readKey({ text, source, origin }: KeyText, folders: readonly string[]): { kek: Kek; file?: string } {
  const file = fileOfKey(text)
  if (file !== undefined && origin.kind === OriginKind.REMEMBERED) requireRemembered(file)
  const kek = parseKek(text, source)
  const written = file ?? (origin.kind === OriginKind.ENV_FILE ? origin.file : undefined)
  const beside = written === undefined ? undefined : folders.find((folder) => isWithin(written, folder))
  if (beside !== undefined)
    throw keyPlaceRefused(written!, `It lies inside ${beside}, beside the data; keep it elsewhere`)
  return { kek, ...(file !== undefined && { file }) }
}

function typedWarnings(read: ReadonlyArray<{ kek: Kek }>, keys: readonly KeyText[], locale: Locale): Warning[] {
  return read.flatMap(({ kek }, i) =>
    kek.kind === 'passphrase' && kek.warning ? [warningOf('KEY_TYPED', locale, { source: keys[i]!.source })] : [],
  )
}
