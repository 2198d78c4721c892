/** What a rescue needs to know of a repository, and the reader that can do it alone. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Heads, type Kek, kekFingerprint, keyFingerprint, paperKeyOf, type Recipient } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { PROGRAM } from '../../kernel/program.ts'
import type { Opened } from '../open.ts'

export const RESCUE_FILE = 'neonpro-rescue.mjs'

export interface Kit {
  readonly repositoryId: string
  readonly location: string
  readonly format: string
  readonly generation: number
  readonly madeAt: string
  readonly program: string
  /** Of the key in use: the same in every repository. */
  readonly fingerprint: string
  /** What kits of earlier versions call the fingerprint of the same key. */
  readonly earlierFingerprint: string
  readonly recipients: ReadonlyArray<{
    readonly id: string
    readonly label: string
    readonly kind: Recipient['kind']
    readonly opensWithThisKey: boolean
  }>
  /** Of the reader that is delivered beside the program; null where it is not there. */
  readonly rescueSha256: string | null
  readonly heads: Heads | null
}

/** The key in the forms that it is taken back in. A passphrase has no groups: it is what its holder can type. */
export interface PrintedKey {
  /** As BACKUP_ENCRYPTION_KEY takes it. */
  readonly text: string
  readonly paper?: string
}

export function kitOf({ repository: { keys, config, store }, state, keyInUse }: Opened): Kit {
  const kek = keyInUse()
  const rescue = rescueReader()
  return {
    repositoryId: config.repositoryId,
    location: store.location,
    format: config.version,
    generation: keys.generation,
    madeAt: isoTime(nowMs()),
    program: PROGRAM,
    fingerprint: keyFingerprint(kek),
    earlierFingerprint: kekFingerprint(kek, keys.repositoryId),
    recipients: keys.recipients.map(({ id, label, kind }) => ({
      id,
      label,
      kind,
      opensWithThisKey: id === keys.openedBy,
    })),
    rescueSha256: rescue === undefined ? null : createHash('sha256').update(rescue).digest('hex'),
    heads: state.heads() ?? null,
  }
}

export function printedKey(kek: Kek): PrintedKey {
  if (kek.kind === 'passphrase') return { text: `passphrase:${kek.text}` }
  return { text: `base64:${kek.key.toString('base64')}`, paper: paperKeyOf(kek.key) }
}

/** The bytes of the reader beside the program, so that a copy of it can be trusted. */
export function rescueReader(): Buffer | undefined {
  try {
    return fs.readFileSync(path.join(path.dirname(fs.realpathSync(process.argv[1]!)), '..', RESCUE_FILE))
  } catch {
    return undefined
  }
}

/** With the key: scanned, it is taken as a key. Without: enough to tell which repository and key a page is about. */
export function qrText(kit: Kit, key: PrintedKey | undefined): string {
  return key ? (key.paper ?? key.text) : `NEONPRO-BACKUP ${kit.repositoryId} ${kit.fingerprint}`.toUpperCase()
}
