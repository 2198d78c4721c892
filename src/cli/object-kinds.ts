/** Kinds of objects as they are typed: `packs`, or `pack` for one. */

import { OBJECT_FOLDERS, type ObjectKind } from '../engine/index.ts'
import { BackupError } from '../kernel/backup-error.ts'

const kinds = Object.keys(OBJECT_FOLDERS) as ObjectKind[]

/** Throws USAGE. */
export function objectKindOf(text: string): ObjectKind {
  const wanted = text === 'keyring' ? 'keys' : text
  const kind = kinds.find((known) => known === wanted || known === `${wanted}s`)
  if (kind) return kind
  throw new BackupError('USAGE', `There is no kind of object "${text}"; known are ${kinds.join(', ')}.`)
}

/** Of an object's whole name. Throws USAGE. */
export function kindOfKey(key: string): ObjectKind {
  const folder = key.slice(0, key.indexOf('/'))
  const kind = kinds.find((known) => OBJECT_FOLDERS[known] === folder)
  if (kind) return kind
  throw new BackupError('USAGE', `There is no kind of object "${folder}"; known are ${kinds.join(', ')}.`)
}
