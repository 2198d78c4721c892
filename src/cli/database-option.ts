/**
 * `--database`: where a URL with its password comes from. On the command line itself every process of the machine could
 * read it.
 */
import path from 'node:path'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { passwordsOf } from '../kernel/redaction.ts'
import type { Env } from './command.ts'

export interface DatabaseOptionPlaces {
  readonly env: Env
  readonly cwd: string
  /** Reads standard input whole. */
  readonly readInput: () => Promise<string>
  /** Reads a file whole. */
  readonly readFile: (file: string) => Promise<string>
}

/** `env:NAME`, `file:PATH`, `-` (standard input), or a URL without a password. Throws USAGE; repeats no secret. */
export async function databaseUrlOf(text: string, places: DatabaseOptionPlaces): Promise<string> {
  const { env, cwd, readInput } = places
  if (text.startsWith('env:')) return filled(env[text.slice(4)], `The variable ${text.slice(4)} is not set.`)
  if (text.startsWith('file:'))
    return filled(await readFile(places, path.resolve(cwd, text.slice(5))), 'The file of --database is empty.')
  if (text === '-') return filled(await readInput(), 'Standard input held no database URL.')
  if (holdsSecret(text))
    throw new BackupError(
      'USAGE',
      '--database with a password can be read by every process: give env:NAME, file:PATH, "-" or a URL without one.',
    )
  return text
}

/** Also in the query (`?password=`), and in the form of libpq (`host=… password=…`). */
function holdsSecret(text: string): boolean {
  return (
    passwordsOf(text).length > 0 ||
    /\bpass(word|wd|file)?\s*=/i.test(text) ||
    /[?&](sslpassword|sslkey|token|secret)=/i.test(text)
  )
}

function filled(text: string | undefined, refusal: string): string {
  const first = (text ?? '').split('\n')[0]!.trim()
  if (first === '') throw new BackupError('USAGE', refusal)
  return first
}

async function readFile(places: DatabaseOptionPlaces, file: string): Promise<string> {
  try {
    return await places.readFile(file)
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('SOURCE_UNREADABLE', 'The file of --database can not be read.', {
      context: { path: file, cause: systemCode(error) ?? 'unknown' },
      cause: error,
    })
  }
}
