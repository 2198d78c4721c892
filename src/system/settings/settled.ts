/** What the first start in a HOME settled: a later one that names nothing means the same. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import type { Log } from '../../kernel/log.ts'
import { replaceOwnedFile } from '../../kernel/owned-file.ts'
import { isLabel } from '../../storage/index.ts'

const FILE = 'settled.json'
const FILE_FORM = 'file:'

export interface Settled {
  /** Label of the system's repository: an absolute path, or a URL. */
  readonly repository: string
  /** Absolute path of the file that the key came from. A key that was given as a value is kept nowhere. */
  readonly keyFile?: string
}

export function settledFile(home: string): string {
  return path.join(home, FILE)
}

/** Undefined where nothing is settled. One that can't be read settles nothing: the database knows too. */
export function readSettled(home: string): Settled | undefined {
  try {
    const { repository, key } = JSON.parse(fs.readFileSync(settledFile(home), 'utf8')) as Record<string, unknown>
    if (typeof repository !== 'string' || !isLabel(repository)) return undefined
    const keyFile = typeof key === 'string' ? fileOfKey(key) : undefined
    return { repository, ...(keyFile !== undefined && path.isAbsolute(keyFile) && { keyFile }) }
  } catch {
    return undefined
  }
}

/** Throws what the system says. */
export function writeSettled(home: string, { repository, keyFile }: Settled): void {
  const known = readSettled(home)
  if (known?.repository === repository && known.keyFile === keyFile) return
  makeDirectories(home, { mode: 0o700, isOwnersOfParent: true })
  const written = { repository, ...(keyFile !== undefined && { key: `${FILE_FORM}${keyFile}` }) }
  replaceOwnedFile(settledFile(home), `${JSON.stringify(written)}\n`)
}

/** The file that a key text names; undefined for one that is a key itself. */
export function fileOfKey(text: string): string | undefined {
  return text.startsWith(FILE_FORM) ? text.slice(FILE_FORM.length) : undefined
}

/** Whoever gives no key means the remembered one. Throws KEY_MISSING naming its file where that is gone. */
export function requireRemembered(keyFile: string): void {
  try {
    fs.statSync(keyFile)
  } catch (error) {
    const code = systemCode(error)
    // One that is there and can't be looked at is told of by who reads it.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return
    throw new BackupError('KEY_MISSING', `The key file ${keyFile}, which this system remembers, is gone.`, {
      context: {
        path: keyFile,
        gone: `the file ${keyFile}, which this system remembers, is gone`,
        again:
          'Put the file back, or give the key from where it is now: a file that opens the repository is remembered then.',
      },
      cause: error,
    })
  }
}

/** A HOME that can't be written, beside a PostgreSQL, settles nothing: the database knows. */
export function settleRepository(home: string, repository: string, log: Log): void {
  try {
    writeSettled(home, { ...readSettled(home), repository })
  } catch (error) {
    log.warn('the repository of this system could not be written down in HOME', { error })
  }
}
