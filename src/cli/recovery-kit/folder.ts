/** The recovery kit as a folder: the page, its QR code, and the reader with its SHA-256. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { publishFile } from '../../kernel/published-file.ts'
import { RESCUE_FILE, rescueReader } from './kit.ts'

const PAGE = 'recovery-kit.txt'
const PICTURE = 'recovery-kit-qr.svg'
const SUM = `${RESCUE_FILE}.sha256`

export interface KitFiles {
  readonly page: string
  readonly picture: string
  readonly rescueSha256: string | null
  /** The page and its picture hold the key: nobody else may read them. */
  readonly isSecret: boolean
}

/**
 * Writes into a new or empty folder, or beside other files: a kit that is there is never replaced, since it may be the
 * only one that names its key. Gives the names of what was written; the page comes last. Throws ALREADY_EXISTS.
 */
export function writeKit(folder: string, files: KitFiles): string[] {
  const { page, picture, rescueSha256, isSecret } = files
  const mode = isSecret ? 0o600 : 0o644
  const rescue = rescueReader()
  const wanted: ReadonlyArray<readonly [name: string, content: string | Uint8Array, mode: number]> = [
    ...(rescue && rescueSha256 !== null
      ? ([
          [RESCUE_FILE, rescue, 0o755],
          [SUM, `${rescueSha256}  ${RESCUE_FILE}\n`, 0o644],
        ] as const)
      : []),
    [PICTURE, picture, mode],
    [PAGE, page, mode],
  ]
  makeDirectories(folder, { mode: 0o700 })
  const taken = wanted.find(([name]) => fs.existsSync(path.join(folder, name)))
  if (taken)
    throw new BackupError('ALREADY_EXISTS', 'A recovery kit is never replaced.', {
      context: { key: path.join(folder, taken[0]) },
    })
  for (const [name, content, fileMode] of wanted) publishFile(path.join(folder, name), content, { mode: fileMode })
  return wanted.map(([name]) => path.join(folder, name))
}
