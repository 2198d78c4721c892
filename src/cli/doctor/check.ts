/** One finding of `doctor`: what was looked at, how it stands, and what to paste when it does not. */
import { knownError } from '../../contracts/index.ts'
import { type BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { CallFailed } from '../call-failed.ts'
import type { CommandContext } from '../command.ts'
import { errorReport } from '../error-report.ts'
import { type CheckId, Severity, SubjectKind } from './catalog.ts'

export interface Subject {
  readonly kind: SubjectKind
  /** An id, a name, a path or a code. */
  readonly name: string
}

/** What was looked at. */
export interface Looked {
  readonly id: CheckId
  /** How it should stand, in the reader's language. */
  readonly message: string
  /** How it stands where it does not; default: `message`, of a thing that is only named. */
  readonly amiss?: string
  /** Default: nothing that has a name. */
  readonly about?: readonly Subject[]
}

export interface Check extends Required<Omit<Looked, 'amiss'>> {
  readonly severity: Severity
  /** A sentence, or a command to paste. Null where nothing is to be done. */
  readonly remedy: string | null
}

export function fine({ id, message, about = [] }: Looked): Check {
  return { id, message, about, severity: Severity.OK, remedy: null }
}

export function missing({ id, message, amiss = message, about = [] }: Looked, remedy: string): Check {
  return { id, message: amiss, about, severity: Severity.MISSING, remedy }
}

export function advice({ id, message, amiss = message, about = [] }: Looked, remedy: string): Check {
  return { id, message: amiss, about, severity: Severity.ADVICE, remedy }
}

export function subjects(kind: SubjectKind, ...names: readonly string[]): Subject[] {
  return names.map((name) => ({ kind, name }))
}

/** The error's own words. */
export function failed(context: CommandContext, looked: Looked, error: unknown): Check {
  const { lines, json } = errorReport(error, { command: context.command, locale: context.locale })
  const about = [...(looked.about ?? []), ...subjectsOf(json.error)]
  return missing({ ...looked, about: unique(about) }, lines.join(' '))
}

/** INTERNAL: nothing is known of it. */
export function codeOf(error: unknown): BackupError['code'] {
  return error instanceof CallFailed ? error.failure.code : knownError(error).code
}

/** In order when `act` does not throw; else the error's own words. */
export async function tried(context: CommandContext, looked: Looked, act: () => unknown): Promise<Check> {
  try {
    await act()
    return fine(looked)
  } catch (error) {
    if (!isBackupError(error) && codeOf(error) === 'INTERNAL') throw error
    return failed(context, looked, error)
  }
}

/** Members of an error's context that name a thing. */
const NAMED: Readonly<Record<string, SubjectKind>> = {
  object: SubjectKind.OBJECT,
  snapshot: SubjectKind.SNAPSHOT,
  config: SubjectKind.CONFIGURATION,
  channel: SubjectKind.CHANNEL,
  repository: SubjectKind.PATH,
  home: SubjectKind.PATH,
}

function subjectsOf({ code, context }: Pick<BackupError, 'code' | 'context'>): Subject[] {
  const named = Object.entries(NAMED).flatMap(([member, kind]) => {
    const value = context[member]
    return typeof value === 'string' ? subjects(kind, value) : []
  })
  return [...subjects(SubjectKind.CODE, code), ...named]
}

function unique(about: readonly Subject[]): Subject[] {
  return about.filter(({ kind, name }, i) => about.findIndex((each) => each.kind === kind && each.name === name) === i)
}

export function sayCheck({ message, severity, remedy }: Check, { say, t }: CommandContext): void {
  const line = { OK: 'doctor.ok', ADVICE: 'doctor.advice', MISSING: 'doctor.missing' } as const
  say(t(line[severity], { what: message, remedy: remedy ?? '' }))
}
