/** What a command is: one file that says its form and does its work, loaded only when it is asked for. */

import path from 'node:path'
import type { Command } from 'commander'
import type { SingleAct } from '../contracts/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { commandHome, refuseMoved } from '../kernel/home-folder.ts'
import { type DayEnd, momentOf } from '../kernel/moment.ts'
import { machineZone, machineZoneName } from '../kernel/zone.ts'
import type { ActNotes } from './act-notes.ts'
import type { TellDetail } from './detail.ts'
import type { Locale, Translate } from './locale.ts'
import type { Progress, ProgressKind } from './progress.ts'

export type Env = Readonly<Record<string, string | undefined>>
export type OptionValues = Readonly<Record<string, unknown>>

export interface CommandContext {
  /** Its name, as typed: `key list`. */
  readonly command: string
  readonly args: readonly unknown[]
  readonly options: OptionValues
  /** The tree of all commands. */
  readonly root: Command
  readonly env: Env
  readonly locale: Locale
  readonly t: Translate
  readonly signal: AbortSignal
  /** A line for people; nothing with --json. */
  readonly say: (line: string) => void
  readonly warn: (line: string) => void
  readonly progress: (kind: ProgressKind) => Progress
  /** Only with -v. */
  readonly detail?: TellDetail
  /** Only of a command that stands in the audit log. */
  readonly act?: ActNotes
}

/** What a command answers: the JSON object and the exit code. */
export interface CommandResult<Json = unknown> {
  readonly json: Json
  readonly exitCode?: number
  /** What is told beside, once the answer stands. Fails nothing. */
  readonly afterwards?: () => Promise<void>
}

export interface CommandModule {
  readonly run: (context: CommandContext) => Promise<CommandResult<object | null>>
}

export interface CommandSpec {
  readonly name: string
  readonly describe: string
  readonly configure?: (command: Command) => void
  readonly load: () => Promise<CommandModule>
  /** It changes a repository: what the audit log of the system calls that. */
  readonly act?: SingleAct
}

/** The value of a text option, or undefined. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function listOption(options: OptionValues, name: string): string[] {
  const value = options[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** A whole number from `least` up. Throws USAGE naming the option. */
export function countOption(options: OptionValues, name: string, least = 0): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new BackupError('USAGE', `--${flagOf(name)} takes a whole number from ${least} up, not "${text}".`)
  return value
}

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

/** A size in bytes, or with a unit: 500K, 10M, 2G. Throws USAGE naming the option. */
export function bytesOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text)
  const value = match ? Math.floor(Number(match[1]) * BYTE_UNITS[match[2]!.toUpperCase()]!) : 0
  if (value < 1)
    throw new BackupError('USAGE', `--${flagOf(name)} takes a size such as 1048576, 500K or 10M, not "${text}".`)
  return value
}

const zoneTold = new WeakSet<CommandContext>()

/**
 * --timezone, else the machine's; that it has no name is said, since days and periods of retention hang on it. Throws
 * USAGE for a name that the platform does not know.
 */
export function zoneOption(context: CommandContext): string {
  const given = textOption(context.options, 'timezone')
  const zone = given ?? machineZone()
  if (given === undefined && machineZoneName() === undefined && !zoneTold.has(context)) {
    zoneTold.add(context)
    context.warn(context.t('zone.unnamed', { tz: context.env['TZ'] ?? '', zone }))
  }
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch (error) {
    throw new BackupError('USAGE', `--timezone takes an IANA name such as America/Sao_Paulo, not "${zone}".`, {
      cause: error,
    })
  }
}

/**
 * A date or a time with its offset, in milliseconds; a date alone is that end of the day in the zone of --timezone,
 * else the machine's. Undefined where it is not given. Throws USAGE.
 */
export function dateOption(context: CommandContext, name: string, end: DayEnd): number | undefined {
  const text = textOption(context.options, name)
  if (text === undefined) return undefined
  const at = momentOf(text, { zone: zoneOption(context), end })
  if (at !== undefined) return at
  throw new BackupError(
    'USAGE',
    `--${flagOf(name)} takes a date such as 2047-01-31 or a time such as 2047-01-31T18:00:00-03:00, not "${text}".`,
  )
}

/** The machine's state folder: --home, NEONPRO_BACKUP_HOME, else the user's own. Throws HOME_MOVED. */
export function stateDirectory(context: CommandContext): string {
  return path.join(homeOf(context), 'repositories')
}

/** HOME of a command that needs no system. Throws HOME_MOVED. */
export function homeOf(context: CommandContext): string {
  const named = textOption(context.options, 'home') || context.env['NEONPRO_BACKUP_HOME']
  const home = named ? path.resolve(named) : commandHome(context.env).folder
  refuseMoved(home)
  return home
}

/** `keepDaily` as it is typed: `keep-daily`. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
