/** An error as people are told it: code, sentence, what to do; in their language. */
import { BackupError } from '../kernel/backup-error.ts'
import type { ErrorCode } from '../kernel/error-code.ts'
import { systemFailure } from '../kernel/system-failure.ts'
import { ERROR_CATALOG, type ErrorEntry } from './error-catalog.ts'
import { phrase } from './phrases.ts'

export type Locale = 'en' | 'pt-BR'

/** By the usual variables: Portuguese for pt…, English otherwise. */
export function localeOf(env: Readonly<Record<string, string | undefined>>): Locale {
  const value = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return value.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en'
}

export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  /** What to do about it. */
  readonly guidance: string
  /**
   * What it is about: paths, names, numbers, by the catalogue's own words. Empty where the code says it all. No
   * secrets.
   */
  readonly context: FailureContext
}

export type FailureContext = Readonly<Record<string, string | number | boolean | readonly string[]>>

export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Where names are listed, and how a repository and its key are named and made, when the error does not say. */
const DEFAULTS: Values = {
  list: 'ls SNAPSHOT',
  option: '--repo',
  make: 'neonpro-backup init',
  keyOption: '--key-file',
  advice:
    'Check that it is, whole and in the same form, the key that the repository was made with; the recovery kit names it by its fingerprint',
  room: 'Free some room there; in a repository "neonpro-backup forget" and "prune" do, with --repo naming this one',
}

/** Members of a context that hold words of ours, not facts. */
const WORDS = ['why', 'accepted', 'by', 'fresh', 'room', 'place', 'advice', 'make', 'gone', 'again', 'near']

/** The catalogue's texts, filled; what is not known goes with the sign that leads up to it. */
export function errorText(entry: ErrorEntry, locale: Locale, values: Values): { message: string; guidance: string } {
  const said = Object.fromEntries(
    Object.entries({ ...DEFAULTS, ...values }).map(([name, value]) => [
      name,
      WORDS.includes(name) && typeof value === 'string' ? phrase(value, locale) : value,
    ]),
  )
  const filled = (text: string) =>
    text.replace(
      /(\.?)(\s*[(:]?\s*)\{(\w+)\}(\)?)(\.?)/g,
      (_, before: string, lead: string, name: string, close: string, stop: string) => {
        // A sentence that is not known goes with its full stop; one that brings its own needs no second.
        if (said[name] === undefined) return before === '' ? stop : before
        const value = textOf(said[name])
        return `${before}${lead}${stop === '' ? value : value.replace(/\.$/, '')}${close}${stop}`
      },
    )
  return { message: filled(entry.message[locale]), guidance: filled(entry.guidance[locale]) }
}

function textOf(value: Values[string]): string {
  return typeof value === 'object' ? value.join(', ') : String(value)
}

/** Anything thrown, as one of ours: what the system refused has its code, and all else is INTERNAL and a bug. */
export function knownError(error: unknown): BackupError {
  if (error instanceof BackupError) return error
  return (
    systemFailure(error) ??
    new BackupError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
  )
}

/** Anything thrown, as a failure. */
export function failureOf(error: unknown, locale: Locale): Failure {
  const known = knownError(error)
  const { message, guidance } = errorText(ERROR_CATALOG[known.code], locale, known.context)
  return {
    code: known.code,
    message: known.code === 'USAGE' ? phrase(known.message, locale) : message,
    guidance,
    context: failureContext(known.context),
  }
}

/** What is known of it. */
export function failureContext(context: BackupError['context']): FailureContext {
  const members = Object.entries(context).filter(
    (member): member is [string, FailureContext[string]] => member[1] !== undefined,
  )
  return Object.fromEntries(members)
}
