/**
 * Where what is secret comes from: the URL of `--database` with its password, settings of a source. On the command line
 * itself every process of the machine could read it.
 */
import path from 'node:path'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { passwordsOf } from '../kernel/redaction.ts'
import type { Env } from './command.ts'

export interface SecretPlaces {
  readonly env: Env
  readonly cwd: string
  /** Reads standard input whole. */
  readonly readInput: () => Promise<string>
  /** Reads a file whole. */
  readonly readFile: (file: string) => Promise<string>
}

/**
 * What `env:NAME`, `file:PATH` or `-` (standard input) holds: its first line. Undefined for a text that stands for
 * itself. Throws USAGE naming `option`, SOURCE_UNREADABLE.
 */
export async function givenElsewhere(text: string, places: SecretPlaces, option: string): Promise<string | undefined> {
  const { env, cwd, readInput } = places
  if (text.startsWith('env:')) return filled(env[text.slice(4)], `The variable ${text.slice(4)} is not set.`)
  if (text.startsWith('file:'))
    return filled(await readFile(places, path.resolve(cwd, text.slice(5)), option), `The file of ${option} is empty.`)
  if (text === '-') return filled(await readInput(), `Standard input held nothing for ${option}.`)
  return undefined
}

/** As `givenElsewhere`, or a URL without a password. Throws USAGE; repeats no secret. */
export async function databaseUrlOf(text: string, places: SecretPlaces): Promise<string> {
  const given = await givenElsewhere(text, places, '--database')
  if (given !== undefined) return given
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

async function readFile(places: SecretPlaces, file: string, option: string): Promise<string> {
  try {
    return await places.readFile(file)
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('SOURCE_UNREADABLE', `The file of ${option} can not be read.`, {
      context: { path: file, cause: systemCode(error) ?? 'unknown' },
      cause: error,
    })
  }
}
