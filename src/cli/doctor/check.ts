/** One line of `doctor`: what was looked at, how it stands, and what to paste when it does not. */
import { isBackupError } from '../../kernel/backup-error.ts'
import type { CommandContext } from '../command.ts'
import { errorReport } from '../error-report.ts'

export interface Check {
  readonly what: string
  readonly isOk: boolean
  /** Not in order, yet nothing fails by it. */
  readonly isAdvice?: boolean
  /** A sentence, or a command to paste. Empty where nothing is to be done. */
  readonly remedy: string
}

export function fine(what: string): Check {
  return { what, isOk: true, remedy: '' }
}

export function missing(what: string, remedy: string): Check {
  return { what, isOk: false, remedy }
}

export function advice(what: string, remedy: string): Check {
  return { what, isOk: false, isAdvice: true, remedy }
}

/** In order when `act` does not throw; else the error's own words. */
export async function tried(context: CommandContext, what: string, act: () => unknown): Promise<Check> {
  try {
    await act()
    return fine(what)
  } catch (error) {
    if (!isBackupError(error)) throw error
    return missing(what, errorReport(error, { command: context.command, locale: context.locale }).lines.join(' '))
  }
}

export function sayCheck({ what, isOk, isAdvice, remedy }: Check, { say, t }: CommandContext): void {
  say(t(isOk ? 'doctor.ok' : isAdvice === true ? 'doctor.advice' : 'doctor.missing', { what, remedy }))
}
